import { problem } from '../../platform/http/problem.js';

/** Of a job alone: no request is answered with it. */
export const IndexBroken = problem(
  'search/entry-does-not-open',
  500,
  'An entry does not open',
  'An entry cannot be opened with the key of your account, so the index was not made anew. What was indexed is still found.',
);
