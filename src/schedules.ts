import { EXPIRE } from './modules/auth/auth.worker.js';
import { EMPTY_TRASH } from './modules/entries/entries.worker.js';
import { EXPIRE_INBOX } from './modules/inbox/inbox.worker.js';
import { DUE_INTEGRATIONS } from './modules/integrations/integrations.worker.js';
import { COLLECT_MEDIA, EMPTY_MEDIA_TRASH, EXPIRE_UPLOADS } from './modules/media/media.worker.js';
import type { Schedules } from './platform/queue/queue.module.js';

const MINUTE_MS = 60_000;

/** What is done again and again, once for the whole installation however many workers there are. */
export const schedules: Schedules = {
  [EXPIRE]: { queue: 'auth', everyMs: 60 * MINUTE_MS },
  [EXPIRE_UPLOADS]: { queue: 'media', everyMs: 60 * MINUTE_MS },
  [EMPTY_MEDIA_TRASH]: { queue: 'media', everyMs: 24 * 60 * MINUTE_MS },
  [COLLECT_MEDIA]: { queue: 'media', everyMs: 24 * 60 * MINUTE_MS },
  [EXPIRE_INBOX]: { queue: 'inbox', everyMs: 24 * 60 * MINUTE_MS },
  [DUE_INTEGRATIONS]: { queue: 'integrations', everyMs: MINUTE_MS },
  [EMPTY_TRASH]: { queue: 'entries', everyMs: 24 * 60 * MINUTE_MS },
};
