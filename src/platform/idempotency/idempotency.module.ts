import { Global, Module } from '@nestjs/common';
import { Fingerprints } from './fingerprints.js';
import { IdempotencyUserData } from './idempotency.user-data.js';

/** Requests that can be sent again, for every module; the worker needs to know what is kept of them. */
@Global()
@Module({ providers: [Fingerprints, IdempotencyUserData], exports: [Fingerprints] })
export class IdempotencyModule {}
