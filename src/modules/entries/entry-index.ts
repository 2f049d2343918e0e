import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import type { UceCaller } from '../auth/caller.js';
import type { Written } from './entries.schema.js';
import type { EntryEntity } from './entry.entity.js';

/** Keeps the blurred words and the index card of uce entries current, in the transaction that writes them. */
@Injectable()
export class EntryIndex {
  async put(_tx: Tx, _caller: UceCaller, _entry: EntryEntity, _written: Written): Promise<void> {
    // filled in below
  }
}
