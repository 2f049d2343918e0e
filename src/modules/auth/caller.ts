import type { MasterKey } from '@daybook/sdk/crypto';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '../../platform/database/database.js';
import type { Scope } from '../../platform/http/scopes.js';
import type { DeviceId, SessionId, SlotId } from './auth.schema.js';

interface Authenticated extends Principal {
  /** Null where an API key asks. */
  readonly sessionId: SessionId | null;
  readonly deviceId: DeviceId | null;
  /** The key that asks, and what it may do; absent in a session, which may do everything. */
  readonly apiKey?: { readonly id: SlotId; readonly scopes: readonly Scope[] };
}

/** A user of the uce tier, with the key that this request opened; null where nothing that was sent opens one. */
export interface UceCaller extends Authenticated {
  readonly tier: 'uce';
  readonly master: MasterKey | null;
}

/** A caller of the uce tier whose request opened the master key. */
export type OpenCaller = UceCaller & { readonly master: MasterKey };

/** A user of the e2e tier: the server knows only the name of the key. */
export interface E2eCaller extends Authenticated {
  readonly tier: 'e2e';
  readonly masterKeyId: Uint8Array;
}

/** Who asks, put on the request by the access guard and handed down from there as a parameter. */
export type Caller = UceCaller | E2eCaller;

/** The caller, as a handler's parameter. */
export const Me = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const { user } = context.switchToHttp().getRequest<FastifyRequest & { user?: Caller }>();
  if (!user) throw new Error('this route is open without signing in, so it has no caller');
  return user;
});

/** The session of a caller, on routes that no API key reaches. */
export function sessionOf({ sessionId }: Caller): SessionId {
  if (sessionId === null) throw new Error('this route takes no API key, so there is a session');
  return sessionId;
}
