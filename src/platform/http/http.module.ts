import { Global, Module } from '@nestjs/common';
import { Cursors } from './cursors.js';
import { Drain } from './drain.js';
import { Readiness } from './readiness.js';

/** What answering requests takes, for every module. */
@Global()
@Module({ providers: [Cursors, Drain, Readiness], exports: [Cursors, Drain, Readiness] })
export class HttpModule {}
