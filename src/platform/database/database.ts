import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { KeyedRequest } from '../idempotency/keyed-request.js';
import { UserId } from '../ids.js';
import { isRepeatable } from './pg-errors.js';

const ATTEMPTS_MAX = 3;
const PAUSE_MS = 20;

declare const scoped: unique symbol;

/** A transaction that has told PostgreSQL who is asking. Only `Database` can make one. */
export type Tx = EntityManager & { readonly [scoped]: true };

/** Who asks, as far as the platform knows. */
export interface Principal {
  readonly userId: UserId;
  /** There when the request came with an Idempotency-Key: `asUser` keeps its record with its effect. */
  readonly keyed?: KeyedRequest;
}

@Injectable()
export class Database {
  constructor(private readonly source: DataSource) {}

  /**
   * Runs `work` in one transaction; row-level security hides every row that is not the principal's. `work` does database
   * work alone and may be run again: a transaction that lost a deadlock or a serialization conflict is repeated. For a
   * keyed request it also finds out whether the work was done before, and keeps what it made.
   */
  asUser<T>({ userId, keyed }: Principal, work: (tx: Tx) => Promise<T>): Promise<T> {
    // SET takes no parameters; the id is checked here because it is written into the statement.
    const setting = `SET LOCAL app.user_id = '${UserId.parse(userId)}'`;
    const transaction = (inside: (tx: Tx) => Promise<T>) => this.inTransaction(setting, inside);
    return keyed ? keyed.once(userId, transaction, work) : transaction(work);
  }

  /** For work that serves no single user. The role may touch only what a migration granted it, never content. */
  asSystem<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.inTransaction('SET LOCAL ROLE daybook_system', work);
  }

  /** Answers when the database does. */
  async ping(): Promise<void> {
    await this.source.query('SELECT 1');
  }

  // Transaction-local settings end with the transaction, so a pooled connection carries nothing over, PgBouncer's included.
  private async inTransaction<T>(setting: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.source.transaction(async (manager) => {
          await manager.query(setting);
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place a Tx is minted
          return work(manager as Tx);
        });
      } catch (error) {
        if (attempt === ATTEMPTS_MAX || !isRepeatable(error)) throw error;
        await sleep(PAUSE_MS * attempt * (1 + Math.random()));
      }
    }
  }
}
