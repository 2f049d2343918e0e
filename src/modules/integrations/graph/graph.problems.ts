import type { Problem } from '../../../platform/http/problem.js';
import {
  DuplicatePost,
  FacebookLimited,
  FacebookRefused,
  FacebookUnavailable,
  NeedsReconnect,
  PermissionMissing,
} from '../integrations.problems.js';
import type { GraphFailed } from './graph-failed.js';

/** What its user is told of a failure at Facebook. */
export function problemOfGraph({ failure, retryAfterMs }: GraphFailed): Problem {
  switch (failure) {
    case 'reconnect':
      return new NeedsReconnect();
    case 'limited':
      return new FacebookLimited({ retry_after_seconds: Math.ceil(retryAfterMs / 1000) });
    case 'permission':
      return new PermissionMissing();
    case 'duplicate':
      return new DuplicatePost();
    case 'refused':
      return new FacebookRefused();
    case 'away':
      return new FacebookUnavailable();
  }
}
