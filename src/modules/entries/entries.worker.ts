import { EventWorker } from '../../platform/queue/event.worker.js';
import { QueueWorker } from '../../platform/queue/pace.js';
import { TrashSweep } from './trash.service.js';

/** The name of the task that erases what has been in the trash for 30 days. */
export const EMPTY_TRASH = 'entries.empty-trash';

@QueueWorker('entries')
export class EntriesWorker extends EventWorker {
  constructor(sweep: TrashSweep) {
    super([], [{ name: EMPTY_TRASH, run: () => sweep.run() }]);
  }
}
