import { EventWorker } from '../../platform/queue/event.worker.js';
import { QueueWorker } from '../../platform/queue/pace.js';
import { Collector } from './collector.js';
import { MediaTrashService } from './media-trash.service.js';

/** The names of the tasks that give up reservations, that empty the trash, and that compare rows with objects. */
export const EXPIRE_UPLOADS = 'media.expire-uploads';
export const EMPTY_MEDIA_TRASH = 'media.empty-trash';
export const COLLECT_MEDIA = 'media.collect';

@QueueWorker('media')
export class MediaWorker extends EventWorker {
  constructor(trash: MediaTrashService, collector: Collector) {
    super(
      [],
      [
        { name: EXPIRE_UPLOADS, run: () => trash.expireUploads() },
        { name: EMPTY_MEDIA_TRASH, run: () => trash.emptyTrash() },
        { name: COLLECT_MEDIA, run: () => collector.run() },
      ],
    );
  }
}
