import { EventWorker } from '../../platform/queue/event.worker.js';
import { QueueWorker } from '../../platform/queue/pace.js';
import { InboxRemoval } from './inbox-removal.js';

/** The name of the task that erases items whose time is up. */
export const EXPIRE_INBOX = 'inbox.expire';

@QueueWorker('inbox')
export class InboxWorker extends EventWorker {
  constructor(removal: InboxRemoval) {
    super([], [{ name: EXPIRE_INBOX, run: () => removal.eraseDue() }]);
  }
}
