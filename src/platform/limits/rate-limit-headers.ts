import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Standing } from './counters.js';
import type { Policy } from './policy.js';

export interface Quota {
  readonly name: string;
  readonly points: number;
  readonly seconds: number;
  readonly isShared: boolean;
}

export const quotaOf = ({ name, seconds, isShared = false }: Policy, points: number): Quota => ({
  name,
  points,
  seconds,
  isShared,
});

interface Told extends Quota {
  readonly standing: Standing;
}

/** What each request was told so far; guards and interceptors add to it one after the other. */
const told = new WeakMap<FastifyRequest, Map<string, Told>>();

/**
 * Puts RateLimit-Policy and RateLimit on the answer (draft-ietf-httpapi-ratelimit-headers-10): lists of strings with
 * parameters, q points in w seconds, r of them left, t seconds until there are more.
 */
export function announce(
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  quota: Quota,
  standing: Standing,
): void {
  const all = told.get(request) ?? new Map<string, Told>();
  told.set(request, all.set(quota.name, { ...quota, standing }));
  // The answer may have gone while its handler was still at work.
  if (reply.sent) return;
  const list = [...all.values()];
  void reply.header('ratelimit-policy', list.map(policyItem).join(', '));
  const open = list.filter(({ isShared, standing: { isOver } }) => isOver || !isShared);
  if (open.length > 0) void reply.header('ratelimit', open.map(standingItem).join(', '));
}

const policyItem = ({ name, points, seconds }: Told) => `"${name}";q=${points};w=${seconds}`;

const standingItem = ({ name, standing: { left, resetMs } }: Told) =>
  `"${name}";r=${left};t=${Math.max(0, Math.ceil(resetMs / 1000))}`;
