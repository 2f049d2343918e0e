import { Module } from '@nestjs/common';
import { EntriesModule } from '../entries/entries.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { VaultModule } from '../vault/vault.module.js';
import { IndexingService } from './indexing.service.js';
import { SearchController } from './search.controller.js';
import { SearchService } from './search.service.js';
import { SearchCursors } from './search-cursor.js';

/** Private search of uce diaries. */
@Module({
  imports: [EntriesModule, LedgerModule, VaultModule],
  controllers: [SearchController],
  providers: [IndexingService, SearchCursors, SearchService],
})
export class SearchModule {}
