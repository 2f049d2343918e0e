import { Global, Module } from '@nestjs/common';
import { ObjectStore } from './object-store.js';

/** The object store, for every module. */
@Global()
@Module({ providers: [ObjectStore], exports: [ObjectStore] })
export class StorageModule {}
