import { createHash } from 'node:crypto';
import { equalBytes } from '@daybook/sdk/crypto';
import type { EntityManager } from 'typeorm';
import { IdempotencyKeyReused, InProgress } from '../http/request.problems.js';
import type { UserId } from '../ids.js';

/** A request as the database may know it: two values that say nothing without the key they were made with. */
export interface Fingerprint {
  /** Of the client's Idempotency-Key, 32 bytes. */
  readonly keyHash: Uint8Array;
  /** Of route and body, 32 bytes. */
  readonly request: Uint8Array;
}

/** What a request made or changed: enough to answer it anew, and nothing of what was sent. */
export interface Made {
  readonly id: string;
  readonly version?: number;
  /** Of one of several: what its own answer would have been, and the type of its problem where it was refused. */
  readonly status?: number;
  readonly problem?: string;
}

interface Outcome {
  readonly status: number;
  readonly made: readonly Made[];
}

interface Row extends Outcome {
  readonly fingerprint: Uint8Array;
}

const RETRY_AFTER_SECONDS = 1;

/** Thrown out of a transaction, never answered: this request had its effect before. */
export class DoneBefore extends Error {
  constructor(
    readonly status: number,
    readonly made: readonly Made[],
  ) {
    super('the request was done before');
  }
}

/**
 * A request that came with an Idempotency-Key. Each of its transactions first looks whether it was done before, and the
 * one in which it has its effect keeps the record of that. Its transactions come one after the other.
 */
export class KeyedRequest {
  #outcome: Outcome | undefined;
  #isRecorded = false;

  /**
   * @param key as the client sent it; it goes nowhere but into hashes
   * @param fingerprints by each key that may have been used, the current one first
   */
  constructor(
    private readonly key: string,
    private readonly fingerprints: readonly [Fingerprint, ...Fingerprint[]],
    private readonly times: { readonly now: Date; readonly expiresAt: Date },
  ) {}

  /** Whether the effect is committed, and the record with it. */
  get isRecorded(): boolean {
    return this.#isRecorded;
  }

  /**
   * Says that the request will be answered with `status`, and what it made. To be called in the transaction that makes it;
   * of what is given, ids, versions, statuses and types of problems alone are kept.
   */
  made(status: number, ...things: readonly Made[]): void {
    const made = things.map(({ id, version, status: own, problem }) => ({
      id,
      ...(version !== undefined && { version }),
      ...(own !== undefined && { status: own }),
      ...(problem !== undefined && { problem }),
    }));
    this.#outcome = { status, made };
  }

  /**
   * Does `work` in a transaction, once for all requests with this key. For `Database.asUser` alone.
   * @param transaction commits what it is given, and may run it again
   * @throws DoneBefore, InProgress, IdempotencyKeyReused: then the work was not done, or is rolled back
   */
  async once<T, Tx extends EntityManager>(
    userId: UserId,
    transaction: (inside: (tx: Tx) => Promise<T>) => Promise<T>,
    work: (tx: Tx) => Promise<T>,
  ): Promise<T> {
    if (this.#isRecorded) return transaction(work);
    const result = await transaction(async (tx) => {
      // A transaction that is repeated begins with nothing made.
      this.#outcome = undefined;
      await this.assertNotDone(tx, userId);
      await this.lock(tx, userId);
      const done = await work(tx);
      if (this.#outcome) await this.insert(tx, userId, this.#outcome);
      return done;
    });
    this.#isRecorded = this.#outcome !== undefined;
    return result;
  }

  private async assertNotDone(tx: EntityManager, userId: UserId): Promise<void> {
    const hashes = this.fingerprints.map(({ keyHash }) => keyHash);
    const rows: Row[] = await tx.query(
      `SELECT fingerprint, status, made FROM idempotency_keys
       WHERE user_id = $1 AND key_hash = ANY($2::bytea[]) AND expires_at > $3`,
      [userId, hashes, this.times.now],
    );
    const [done] = rows;
    if (!done) return;
    if (!this.fingerprints.some(({ request }) => equalBytes(request, done.fingerprint)))
      throw new IdempotencyKeyReused();
    throw new DoneBefore(done.status, done.made);
  }

  /** Held until the transaction ends, and not waited for: who is second is told so at once. */
  private async lock(tx: EntityManager, userId: UserId): Promise<void> {
    const id = createHash('sha256').update(userId).update(this.key).digest().readBigInt64BE();
    const [row]: { is_ours: boolean }[] = await tx.query(`SELECT pg_try_advisory_xact_lock($1::bigint) AS is_ours`, [
      id.toString(),
    ]);
    if (!row?.is_ours) throw new InProgress({ retry_after_seconds: RETRY_AFTER_SECONDS });
  }

  /** A record that came in between look and lock makes this fail, and takes the work back. One that has expired is replaced. */
  private async insert(tx: EntityManager, userId: UserId, { status, made }: Outcome): Promise<void> {
    const [{ keyHash, request }] = this.fingerprints;
    const rows: unknown[] = await tx.query(
      `INSERT INTO idempotency_keys AS kept (user_id, key_hash, fingerprint, status, made, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (user_id, key_hash) DO UPDATE
         SET fingerprint = $3, status = $4, made = $5, expires_at = $6 WHERE kept.expires_at <= $7
       RETURNING status`,
      [userId, keyHash, request, status, JSON.stringify(made), this.times.expiresAt, this.times.now],
    );
    if (rows.length === 0) throw new InProgress({ retry_after_seconds: RETRY_AFTER_SECONDS });
  }
}
