import { type DynamicModule, Module, type ModuleMetadata } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AuthModule } from './modules/auth/auth.module.js';
import { AccessGuard } from './modules/auth/sessions/access.guard.js';
import { UnlockedModule } from './modules/auth/unlocked.js';
import { EntriesModule } from './modules/entries/entries.module.js';
import { IntegrationsModule } from './modules/integrations/integrations.module.js';
import { MediaModule } from './modules/media/media.module.js';
import { InboxModule } from './modules/inbox/inbox.module.js';
import { FollowedJobsModule } from './modules/jobs/jobs.module.js';
import { SearchModule } from './modules/search/search.module.js';
import type { Config } from './platform/config/config.js';
import { ConfigModule } from './platform/config/config.module.js';
import { DatabaseModule } from './platform/database/database.module.js';
import { HttpModule } from './platform/http/http.module.js';
import { HealthController } from './platform/http/health.controller.js';
import { PUBLIC_ROUTES } from './platform/http/public-routes.js';
import { IdempotencyModule } from './platform/idempotency/idempotency.module.js';
import { JobsModule } from './platform/jobs/jobs.module.js';
import { LimitsGuard } from './platform/limits/limits.guard.js';
import { LimitsModule } from './platform/limits/limits.module.js';
import { LogModule } from './platform/log/log.module.js';
import { MetricsModule } from './platform/metrics/metrics.module.js';
import { OutboxModule } from './platform/queue/queue.module.js';
import { SecretsModule } from './platform/secrets/secrets.module.js';
import { UserDataModule } from './platform/user-data.js';
import { StorageModule } from './platform/storage/storage.module.js';
import { publicRoutes } from './public-routes.js';
import { reactions } from './reactions.js';

/** What any process of ours stands on. */
export const foundation = (config: Config): NonNullable<ModuleMetadata['imports']> => [
  ConfigModule.with(config),
  LogModule.with(),
  MetricsModule,
  DatabaseModule,
  SecretsModule,
  StorageModule,
  OutboxModule.with(reactions),
  HttpModule,
  UserDataModule,
  IdempotencyModule,
  JobsModule,
  LimitsModule,
];

/** What the API process runs: it answers requests and announces events; it works on no job. */
@Module({})
export class AppModule {
  static with(config: Config, ...more: NonNullable<ModuleMetadata['imports']>): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ...foundation(config),
        AuthModule,
        UnlockedModule,
        MediaModule,
        EntriesModule,
        InboxModule,
        FollowedJobsModule,
        SearchModule,
        IntegrationsModule,
        ...more,
      ],
      controllers: [HealthController],
      providers: [
        { provide: PUBLIC_ROUTES, useValue: publicRoutes },
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_GUARD, useClass: LimitsGuard },
      ],
    };
  }
}
