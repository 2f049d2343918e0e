import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/auth.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { TiersModule } from '../tiers/tiers.module.js';
import { VaultModule } from '../vault/vault.module.js';
import { Collector } from './collector.js';
import { MediaErasing } from './media-erasing.js';
import { MediaTrashService } from './media-trash.service.js';
import { MediaController } from './media.controller.js';
import { MediaEntity } from './media.entity.js';
import { MediaRefs } from './media-refs.js';
import { MediaRepository } from './media.repository.js';
import { MediaService } from './media.service.js';
import { MediaUserData } from './media.user-data.js';
import { MediaWorker } from './media.worker.js';
import { Objects } from './objects.js';
import { Orphans } from './orphans.js';
import { Reservations } from './reservations.js';
import { UploadsService } from './uploads.service.js';

/** What media needs in every process: accounts are erased, and trash is emptied, by workers. */
@Module({
  imports: [TypeOrmModule.forFeature([MediaEntity]), LedgerModule, TiersModule, VaultModule],
  providers: [
    Collector,
    MediaErasing,
    MediaRefs,
    MediaRepository,
    MediaService,
    MediaTrashService,
    MediaUserData,
    Objects,
    Orphans,
  ],
  exports: [Collector, MediaErasing, MediaRefs, MediaRepository, MediaService, MediaTrashService, Objects, Orphans],
})
export class MediaCoreModule {}

/** Photos, sound and video: sealed by clients, kept in the object store. */
@Module({
  imports: [AuthModule, LedgerModule, MediaCoreModule, TiersModule, VaultModule],
  controllers: [MediaController],
  providers: [Reservations, UploadsService],
})
export class MediaModule {}

/** What is done about media by itself. */
@Module({ imports: [MediaCoreModule], providers: [MediaWorker] })
export class MediaWorkerModule {}
