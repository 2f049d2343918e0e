import { policy } from '../../platform/limits/policy.js';
import { byUser } from '../../platform/limits/subjects.js';

/** A search opens up to a thousand cards. */
export const searchLimit = policy({ name: 'search', points: 300, seconds: 60, by: byUser, counts: 'tries' });
