import { type DynamicModule, Module } from '@nestjs/common';
import { foundation } from './app.module.js';
import { AuthWorkerModule, EraserModule } from './modules/auth/auth.module.js';
import { EntriesWorkerModule } from './modules/entries/entries.module.js';
import { EntriesUserDataModule } from './modules/entries/entries.user-data.js';
import { InboxCoreModule, InboxWorkerModule } from './modules/inbox/inbox.module.js';
import { IntegrationsCoreModule, IntegrationsWorkerModule } from './modules/integrations/integrations.module.js';
import { MediaCoreModule, MediaWorkerModule } from './modules/media/media.module.js';
import type { Config } from './platform/config/config.js';
import { QueueMetricsModule } from './platform/metrics/queue-metrics.js';
import { QueueModule } from './platform/queue/queue.module.js';
import { queues } from './queues.js';
import { reactions } from './reactions.js';
import { schedules } from './schedules.js';

/** Who erases accounts, and all that keeps something of them. */
export const erasing = [EraserModule, EntriesUserDataModule, InboxCoreModule, IntegrationsCoreModule, MediaCoreModule];

/** What works on jobs, wherever it runs. */
export const workers = () => [
  QueueModule.with(queues, reactions, schedules),
  QueueMetricsModule.with(reactions, schedules),
  AuthWorkerModule,
  EntriesWorkerModule,
  InboxWorkerModule,
  IntegrationsWorkerModule,
  MediaWorkerModule,
  ...erasing,
];

/** What the queue process runs. It answers no request, but modules that it needs bring routes with limits along. */
@Module({})
export class WorkerModule {
  static with(config: Config): DynamicModule {
    return { module: WorkerModule, imports: [...foundation(config), ...workers()] };
  }
}
