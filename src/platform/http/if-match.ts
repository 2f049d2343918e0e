import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { invalidRequest } from './invalid-request.js';
import type { Problem } from './problem.js';

/** Which version the caller means: a number, any (`*`), or undefined where the header is absent. */
export type Match = number | '*' | undefined;

/** `If-Match` as a handler's parameter: one strong entity tag of ours, `"3"`, or `*` (RFC 9110, 13.1.1). @throws InvalidRequest */
export const IfMatch = createParamDecorator((_data: unknown, context: ExecutionContext): Match => {
  const header = context.switchToHttp().getRequest<FastifyRequest>().headers['if-match'];
  if (header === undefined || header === '*') return header;
  const [, version] = /^"([1-9]\d{0,14})"$/.exec(header) ?? [];
  if (version === undefined)
    throw invalidRequest([
      { pointer: '#/header/if-match', detail: 'is not an ETag of this server: "<version>", or *' },
    ]);
  return Number(version);
});

/** Says in the contract that a route takes `If-Match`. */
export const TakesIfMatch = () =>
  ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'the ETag of the version that is meant, or *: nothing is changed where it is another one',
    schema: { type: 'string', example: '"3"' },
  });

/** @throws what `conflict` makes, when another version than `current` is meant */
export function assertMatch(match: Match, current: number, conflict: () => Problem): void {
  if (typeof match === 'number' && match !== current) throw conflict();
}
