import { Global, Module } from '@nestjs/common';
import { Cursors } from './cursors.js';
import { Drain } from './drain.js';

/** What answering requests takes, for every module. */
@Global()
@Module({ providers: [Cursors, Drain], exports: [Cursors, Drain] })
export class HttpModule {}
