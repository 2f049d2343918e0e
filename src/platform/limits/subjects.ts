import type { FastifyRequest } from 'fastify';
import type { Principal } from '../database/database.js';
import { networkOf } from './network.js';
import type { Subject } from './policy.js';

/** Who signed in for this request; put there by the access guard. */
export const principalOf = (request: FastifyRequest & { user?: Principal }): Principal | undefined => request.user;

export const byAddress: Subject = { name: 'client address', of: ({ ip }) => networkOf(ip) };
export const byUser: Subject = { name: 'user', of: (request) => principalOf(request)?.userId };
