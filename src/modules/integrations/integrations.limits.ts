import { policy } from '../../platform/limits/policy.js';
import { byUser } from '../../platform/limits/subjects.js';

/** Each becomes calls at Facebook, which counts them for the app as a whole. */
export const facebookLimit = policy({ name: 'facebook', points: 60, seconds: 60 * 60, by: byUser, counts: 'tries' });
