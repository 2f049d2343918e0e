import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { KeyedRequest } from '../idempotency/keyed-request.js';
import { UserId } from '../ids.js';
import { Turns } from '../turns.js';
import { isRepeatable } from './pg-errors.js';

const ATTEMPTS_MAX = 3;
const PAUSE_MS = 20;
/** Of the connections of this process, what one user may have at a time. */
const SHARE_OF_ONE_USER = 1 / 3;
/** Less than a request may take. */
const TURN_WAIT_MS_MAX = 8_000;

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
  private readonly turns: Turns;

  constructor(private readonly source: DataSource) {
    const connections = source.options.poolSize ?? 1;
    this.turns = new Turns(Math.max(1, Math.floor(connections * SHARE_OF_ONE_USER)), TURN_WAIT_MS_MAX);
  }

  /**
   * Runs `work` in one transaction; row-level security hides every row that is not the principal's. `work` does database
   * work alone and may be run again: a transaction that lost a deadlock or a serialization conflict, or did not get a lock
   * in time, is repeated. For a keyed request it also finds out whether the work was done before, and keeps what it made.
   *
   * One user's transactions take turns before they take a connection: a burst waits in line here, where nothing times out
   * that soon, instead of for locks, and leaves connections to everybody else. So `work` must not call `asUser` again.
   */
  asUser<T>({ userId, keyed }: Principal, work: (tx: Tx) => Promise<T>): Promise<T> {
    // SET takes no parameters; the id is checked here because it is written into the statement.
    const setting = `SET LOCAL app.user_id = '${UserId.parse(userId)}'`;
    const transaction = (inside: (tx: Tx) => Promise<T>) =>
      this.turns.take(userId, () => this.inTransaction(setting, inside));
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
