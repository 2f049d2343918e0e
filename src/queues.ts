import type { Queues } from './platform/queue/pace.js';

/** Every queue, and how fast it is worked on. A queue that is missing here stops the start. */
export const queues: Queues = {
  auth: { concurrency: 4 },
  entries: { concurrency: 1 },
  inbox: { concurrency: 1 },
  integrations: { concurrency: 4 },
  media: { concurrency: 1 },
};
