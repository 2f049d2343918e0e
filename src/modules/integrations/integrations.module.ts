import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { OutboundModule } from '../../platform/outbound/outbound.module.js';
import { UserZonesModule } from '../auth/accounts/user-zones.js';
import { AuthModule } from '../auth/auth.module.js';
import { EntriesModule } from '../entries/entries.module.js';
import { InboxCoreModule } from '../inbox/inbox.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { ConnectEntity } from './connecting/connect.entity.js';
import { ConnectingService } from './connecting/connecting.service.js';
import { ConnectsRepository } from './connecting/connects.repository.js';
import { ConnectionEntity } from './connections/connection.entity.js';
import { ConnectionPageEntity } from './connections/connection-page.entity.js';
import { ConnectionStanding } from './connections/connection-standing.js';
import { ConnectionTokens } from './connections/connection-tokens.js';
import { ConnectionsRepository } from './connections/connections.repository.js';
import { ConnectionsService } from './connections/connections.service.js';
import { DueWork } from './due-work.js';
import { GraphApi } from './graph/graph-api.js';
import { IntegrationsController } from './integrations.controller.js';
import { IntegrationsUserData } from './integrations.user-data.js';
import { IntegrationsWorker } from './integrations.worker.js';
import { ServerKeyCounts } from './server-key-counts.js';
import { ExternalPostsRepository } from './pull/external-posts.repository.js';
import { PullEnding } from './pull/pull-ending.js';
import { Puller } from './pull/puller.js';
import { PullsService } from './pull/pulls.service.js';
import { PublicationEnding } from './push/publication-ending.js';
import { PublicationEntity } from './push/publication.entity.js';
import { PublicationsRepository } from './push/publications.repository.js';
import { Publisher } from './push/publisher.js';
import { PushesService } from './push/pushes.service.js';
import { Revocations } from './revoke/revocations.js';
import { Revoker } from './revoke/revoker.js';

/** What integrations need in every process: accounts are erased by workers too. */
@Module({
  imports: [
    LedgerModule,
    OutboundModule,
    TypeOrmModule.forFeature([ConnectEntity, ConnectionEntity, ConnectionPageEntity, PublicationEntity]),
  ],
  providers: [
    ConnectionStanding,
    ConnectionTokens,
    ConnectionsRepository,
    GraphApi,
    IntegrationsUserData,
    PublicationsRepository,
    ServerKeyCounts,
  ],
  exports: [ConnectionStanding, ConnectionTokens, ConnectionsRepository, GraphApi, PublicationsRepository],
})
export class IntegrationsCoreModule {}

/** Accounts at other services: connecting them, and asking for what they are for. */
@Module({
  imports: [AuthModule, EntriesModule, IntegrationsCoreModule, LedgerModule],
  controllers: [IntegrationsController],
  providers: [ConnectingService, ConnectionsService, ConnectsRepository, PullsService, PushesService, Revocations],
})
export class IntegrationsModule {}

/** What is done while users are away. */
@Module({
  imports: [InboxCoreModule, IntegrationsCoreModule, LedgerModule, UserZonesModule],
  providers: [
    DueWork,
    ExternalPostsRepository,
    IntegrationsWorker,
    PublicationEnding,
    Publisher,
    PullEnding,
    Puller,
    Revoker,
  ],
})
export class IntegrationsWorkerModule {}
