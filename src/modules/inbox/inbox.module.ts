import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ReceivingKeysModule } from '../auth/auth.module.js';
import { EntriesCoreModule, EntriesModule } from '../entries/entries.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { TiersModule } from '../tiers/tiers.module.js';
import { VaultModule } from '../vault/vault.module.js';
import { InboxAnswersService } from './inbox-answers.service.js';
import { InboxController } from './inbox.controller.js';
import { InboxItemEntity } from './inbox-item.entity.js';
import { InboxItemsService } from './inbox-items.service.js';
import { InboxOpening } from './inbox-opening.js';
import { InboxRemoval } from './inbox-removal.js';
import { InboxRepository } from './inbox.repository.js';
import { InboxService } from './inbox.service.js';
import { InboxUserData } from './inbox.user-data.js';
import { InboxWorker } from './inbox.worker.js';

/** What bringing something needs, in every process. */
@Module({
  imports: [
    TypeOrmModule.forFeature([InboxItemEntity]),
    EntriesCoreModule,
    LedgerModule,
    ReceivingKeysModule,
    TiersModule,
    VaultModule,
  ],
  providers: [InboxRemoval, InboxRepository, InboxService, InboxUserData],
  exports: [InboxRemoval, InboxRepository, InboxService],
})
export class InboxCoreModule {}

/** What comes while its owner is away, and becomes entries when the owner is there. */
@Module({
  imports: [EntriesModule, InboxCoreModule, LedgerModule, ReceivingKeysModule, VaultModule],
  controllers: [InboxController],
  providers: [InboxAnswersService, InboxItemsService, InboxOpening],
})
export class InboxModule {}

/** What the inbox does by itself: items whose time is up are erased. */
@Module({ imports: [InboxCoreModule], providers: [InboxWorker] })
export class InboxWorkerModule {}
