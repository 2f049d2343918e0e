import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/database/database.js';
import type { SlotKind } from './slot.entity.js';

const STATEMENT_TIMEOUT = '60s';

/** How many rows of a kind need a pepper: verifiers of passwords, or live slots. */
export interface PepperCount {
  readonly kind: 'verifier' | SlotKind;
  readonly pepper_id: string;
  readonly count: number;
}

/** How far the peppers are used up. Counts are all that the database gives out for this (migration CountPeppers). */
@Injectable()
export class PepperCounts {
  constructor(private readonly db: Database) {}

  count(): Promise<PepperCount[]> {
    return this.db.asSystem(async (tx) => {
      // It reads every slot there is, which may take longer than a request has.
      await tx.query(`SET LOCAL statement_timeout = '${STATEMENT_TIMEOUT}'`);
      return tx.query('SELECT kind, pepper_id, count FROM count_peppers() ORDER BY kind, pepper_id');
    });
  }
}
