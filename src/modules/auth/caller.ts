import type { MasterKey } from '@daybook/sdk/crypto';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '../../platform/database/database.js';
import type { DeviceId, SessionId } from './auth.schema.js';

interface SignedIn extends Principal {
  readonly sessionId: SessionId;
  readonly deviceId: DeviceId | null;
}

/** A signed-in user of the uce tier, with the key that this request opened; null where the session has none. */
export interface UceCaller extends SignedIn {
  readonly tier: 'uce';
  readonly master: MasterKey | null;
}

/** A signed-in user of the e2e tier: the server knows only the name of the key. */
export interface E2eCaller extends SignedIn {
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
