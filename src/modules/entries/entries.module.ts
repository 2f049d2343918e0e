import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/auth.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { MediaCoreModule } from '../media/media.module.js';
import { TiersModule } from '../tiers/tiers.module.js';
import { VaultModule } from '../vault/vault.module.js';
import { Arrivals } from './arrivals.js';
import { BatchesService } from './batches.service.js';
import { CalendarController } from './calendar/calendar.controller.js';
import { CalendarService } from './calendar/calendar.service.js';
import { EditsService } from './edits.service.js';
import { EntriesController } from './entries.controller.js';
import { EntriesRepository } from './entries.repository.js';
import { EntriesService } from './entries.service.js';
import { EntriesUserDataModule } from './entries.user-data.js';
import { EntriesWorker } from './entries.worker.js';
import { EntryEntity } from './entry.entity.js';
import { EntryMedia } from './entry-media.js';
import { EntryReading } from './entry-reading.js';
import { EntryWriting } from './entry-writing.js';
import { EntryIndex } from './index/entry-index.js';
import { IndexRepository } from './index/index.repository.js';
import { IndexLanguages } from './index/index-languages.js';
import { IndexRenewal } from './index/index-renewal.js';
import { SearchedEntries } from './index/searched-entries.js';
import { HistoryController } from './history/history.controller.js';
import { HistoryService } from './history/history.service.js';
import { ListsController } from './lists.controller.js';
import { ListsService } from './lists.service.js';
import { RemainsRepository } from './remains.repository.js';
import { TagEntity } from './tags/tag.entity.js';
import { Tagging } from './tags/tagging.js';
import { TagsController } from './tags/tags.controller.js';
import { TagsRepository } from './tags/tags.repository.js';
import { RetaggedRepository } from './tags/retagged.repository.js';
import { RetaggedWriting } from './tags/retagged-writing.js';
import { TaggedEntries } from './tags/tagged-entries.js';
import { TagsService } from './tags/tags.service.js';
import { EntryErasing, TrashService, TrashSweep } from './trash.service.js';
import { EntryVersionEntity } from './versions/entry-version.entity.js';
import { VersionsController } from './versions/versions.controller.js';
import { VersionsRepository } from './versions/versions.repository.js';
import { VersionsService } from './versions/versions.service.js';

/** What writing entries needs, in every process. */
@Module({
  imports: [
    TypeOrmModule.forFeature([EntryEntity, EntryVersionEntity, TagEntity]),
    AuthModule,
    LedgerModule,
    MediaCoreModule,
    TiersModule,
    VaultModule,
  ],
  providers: [
    Arrivals,
    EntriesRepository,
    EntryErasing,
    EntryIndex,
    EntryMedia,
    EntryReading,
    EntryWriting,
    IndexLanguages,
    IndexRepository,
    RemainsRepository,
    RetaggedRepository,
    RetaggedWriting,
    Tagging,
    TagsRepository,
    TrashSweep,
    VersionsRepository,
  ],
  exports: [
    Arrivals,
    EntriesRepository,
    EntryErasing,
    EntryIndex,
    EntryReading,
    EntryWriting,
    IndexLanguages,
    IndexRepository,
    LedgerModule,
    RemainsRepository,
    RetaggedWriting,
    Tagging,
    TagsRepository,
    TrashSweep,
    VaultModule,
    VersionsRepository,
  ],
})
export class EntriesCoreModule {}

/** The diary: entries, their versions, tags, trash and history. */
@Module({
  imports: [AuthModule, EntriesCoreModule, EntriesUserDataModule],
  controllers: [
    CalendarController,
    TagsController,
    ListsController,
    VersionsController,
    HistoryController,
    EntriesController,
  ],
  providers: [
    BatchesService,
    CalendarService,
    EditsService,
    EntriesService,
    HistoryService,
    IndexRenewal,
    ListsService,
    SearchedEntries,
    TaggedEntries,
    TagsService,
    TrashService,
    VersionsService,
  ],
  exports: [EntriesService, IndexRenewal, SearchedEntries],
})
export class EntriesModule {}

/** What entries do by themselves: the trash is emptied. */
@Module({ imports: [EntriesCoreModule], providers: [EntriesWorker] })
export class EntriesWorkerModule {}
