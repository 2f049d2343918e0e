import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { LedgerModule } from '../ledger/ledger.module.js';
import { TiersModule } from '../tiers/tiers.module.js';
import { VaultModule } from '../vault/vault.module.js';
import { EntriesController } from './entries.controller.js';
import { EntriesRepository } from './entries.repository.js';
import { EntriesService } from './entries.service.js';
import { EntriesUserDataModule } from './entries.user-data.js';
import { EntryEntity } from './entry.entity.js';

@Module({
  imports: [TypeOrmModule.forFeature([EntryEntity]), EntriesUserDataModule, LedgerModule, TiersModule, VaultModule],
  controllers: [EntriesController],
  providers: [EntriesService, EntriesRepository],
})
export class EntriesModule {}
