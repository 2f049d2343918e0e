import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import Bowser from 'bowser';
import type { FastifyRequest } from 'fastify';

/** Where a sign-in comes from, as far as it is kept: "Firefox on Linux", never a version, never an address. */
export type UserAgent = string | null;

const HEADER_LENGTH_MAX = 400;

/** Browser or app and system of a User-Agent header; null where it says neither. */
export function coarseUserAgent(header: string | undefined): UserAgent {
  if (!header) return null;
  const { browser, os } = Bowser.parse(header.slice(0, HEADER_LENGTH_MAX));
  const [first] = header.split(/[/ ]/, 1);
  const name = browser.name || (/^[\w.-]{1,30}$/.test(first ?? '') ? first : undefined);
  return [name, os.name].filter(Boolean).join(' on ') || null;
}

/** The caller's coarse user agent, as a handler's parameter. */
export const From = createParamDecorator((_data: unknown, context: ExecutionContext): UserAgent =>
  coarseUserAgent(context.switchToHttp().getRequest<FastifyRequest>().headers['user-agent']),
);
