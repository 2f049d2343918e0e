import { policy } from '../../platform/limits/policy.js';
import { byUser } from '../../platform/limits/subjects.js';

/** A search opens up to fifteen hundred cards, a later page of it up to three thousand. */
export const searchLimit = policy({ name: 'search', points: 300, seconds: 60, by: byUser, counts: 'tries' });
