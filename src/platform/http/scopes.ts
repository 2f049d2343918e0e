import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';

/** What an API key may be allowed to do. A route without a scope is not for API keys. */
export const scopes = [
  'entries:read',
  'entries:write',
  'inbox:write',
  'media:read',
  'media:write',
  'search:read',
  'export:read',
] as const;
export type Scope = (typeof scopes)[number];

export const SCOPE = 'daybook:scope';

/** Opens a route to API keys that have `scope`; sessions may always use it. */
export const Allows = (scope: Scope) =>
  applyDecorators(SetMetadata(SCOPE, scope), ApiExtension('x-api-key-scope', scope));
