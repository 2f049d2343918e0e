import { Global, Injectable, Module } from '@nestjs/common';
import { OnUnlock } from '../../platform/on-unlock.js';
import type { OpenCaller } from './caller.js';

/** Work that waits for the key of a uce user: modules plug themselves in. */
@Injectable()
export class Unlocked extends OnUnlock<OpenCaller> {}

/** Global: the access guard, which belongs to no module, hands callers over. */
@Global()
@Module({ providers: [Unlocked], exports: [Unlocked] })
export class UnlockedModule {}
