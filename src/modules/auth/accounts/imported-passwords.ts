import { Injectable } from '@nestjs/common';
import { compare, getRounds } from 'bcrypt';
import { Clock } from '../../../platform/clock.js';
import { Database } from '../../../platform/database/database.js';
import { Argon2Pool } from '../../../platform/passwords/argon2-pool.js';

/** Of the hashes that are taken; each step doubles the work. */
export const bcryptCosts = { min: 4, max: 12 } as const;
const LOOK_AGAIN_MS = 60_000;
/** 53 characters that are the hash of nothing: bcrypt's own alphabet, salt and digest. */
const NOTHING = '/'.repeat(53);

/**
 * Passwords that came as bcrypt hashes. While one of them is left anywhere, every sign-in with a password does the work of
 * comparing one, so that its time does not tell which accounts were imported; once all have signed in, none does.
 */
@Injectable()
export class ImportedPasswords {
  /** Comparisons that were begun since the start. */
  runs = 0;
  private lookedAt = 0;
  private isAnyLeft = false;

  constructor(
    private readonly db: Database,
    private readonly pool: Argon2Pool,
    private readonly clock: Clock,
  ) {}

  /** Whether `typed` is the password of `hash`; for an account without one the same work, and no. */
  async matches(hash: string | null, typed: string): Promise<boolean> {
    if (hash === null && !(await this.isNeeded())) return false;
    return this.pool.within(() => this.compare(hash, typed));
  }

  /** In all as much work as one hash of the highest cost, whatever the cost of this one. */
  private async compare(hash: string | null, typed: string): Promise<boolean> {
    this.runs++;
    const cost = hash === null ? bcryptCosts.max : getRounds(hash);
    const isRight = await compare(typed, hash ?? nothingAt(cost));
    for (let rest = cost; rest < bcryptCosts.max; rest++) await compare(typed, nothingAt(rest));
    return hash !== null && isRight;
  }

  private async isNeeded(): Promise<boolean> {
    const now = this.clock.now().getTime();
    if (now - this.lookedAt >= LOOK_AGAIN_MS) {
      this.lookedAt = now;
      const rows = await this.db.asSystem((tx) =>
        tx.query<unknown[]>('SELECT user_id FROM imported_passwords LIMIT 1'),
      );
      this.isAnyLeft = rows.length > 0;
    }
    return this.isAnyLeft;
  }
}

const nothingAt = (cost: number) => `$2b$${String(cost).padStart(2, '0')}$${NOTHING}`;
