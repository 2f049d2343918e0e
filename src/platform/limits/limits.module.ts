import { Global, Module } from '@nestjs/common';
import { CounterStore } from './counter-store.js';
import { Limits } from './limits.js';

/** Limits, for every process that answers requests. */
@Global()
@Module({ providers: [CounterStore, Limits], exports: [Limits] })
export class LimitsModule {}
