import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Storage } from './storage.js';
import { StorageEntity } from './storage.entity.js';
import { TiersUserData } from './tiers.user-data.js';
import { Tiers } from './tiers.js';

@Module({
  imports: [TypeOrmModule.forFeature([StorageEntity])],
  providers: [Storage, Tiers, TiersUserData],
  exports: [Storage, Tiers],
})
export class TiersModule {}
