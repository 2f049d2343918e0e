import { EventWorker, reaction } from '../../platform/queue/event.worker.js';
import { QueueWorker } from '../../platform/queue/pace.js';
import { DueWork } from './due-work.js';
import { FacebookPullAsked, FacebookPushAsked, FacebookRevokeAsked } from './integrations.events.js';
import { Puller } from './pull/puller.js';
import { Publisher } from './push/publisher.js';
import { Revoker } from './revoke/revoker.js';

/** The name of the task that looks what is due. */
export const DUE_INTEGRATIONS = 'integrations.due';

@QueueWorker('integrations')
export class IntegrationsWorker extends EventWorker {
  constructor(puller: Puller, publisher: Publisher, revoker: Revoker, due: DueWork) {
    super(
      [
        reaction(FacebookPullAsked, (asked, delivery) => puller.run(asked, delivery)),
        reaction(FacebookPushAsked, ({ userId, jobId }, delivery) => publisher.run(userId, jobId, delivery)),
        reaction(FacebookRevokeAsked, ({ userId, jobId }, delivery) => revoker.run(userId, jobId, delivery)),
      ],
      [{ name: DUE_INTEGRATIONS, run: () => due.run() }],
    );
  }
}
