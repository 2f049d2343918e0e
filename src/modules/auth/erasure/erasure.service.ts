import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import { Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.js';
import { Outbox } from '../../../platform/queue/outbox.js';
import { Ledger } from '../../ledger/ledger.js';
import { PasswordCheck } from '../accounts/password-check.js';
import type { UserEntity } from '../accounts/user.entity.js';
import { ErasureAsked } from '../auth.events.js';
import { ErasureNotFound } from '../auth.problems.js';
import type { Caller } from '../caller.js';
import type { ErasureEntity } from './erasure.entity.js';
import { type ErasureView, readReceipt, writeReceipt } from './erasure.schema.js';
import { ErasuresRepository } from './erasures.repository.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Asking for an account to be erased, and following it. The work itself is the Eraser's, in a worker. */
@Injectable()
export class ErasureService {
  constructor(
    private readonly db: Database,
    private readonly erasures: ErasuresRepository,
    private readonly check: PasswordCheck,
    private readonly ledger: Ledger,
    private readonly outbox: Outbox,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  /** Erases the caller's account; the receipt. @throws WrongPassword */
  async ask(caller: Caller, password: string): Promise<string> {
    const { user, master } = await this.check.openTyped(caller, password);
    master?.wipe();
    return this.begin(user);
  }

  /**
   * Deletes at once whatever opens the account or the diary, keys first: from here on nobody reads it, whatever becomes
   * of the rest. Answers the receipt, the same one when it is asked for twice.
   * @param id the receipt's random part, where the account has one from before a restore
   */
  async begin({ userId, email }: Pick<UserEntity, 'userId' | 'email'>, id: string = randomUUID()): Promise<string> {
    const askedAt = this.clock.now();
    const asked: ErasureEntity = { userId, id, email, counts: {}, askedAt, erasedAt: null };
    const erasure = await this.db.asUser({ userId }, async (tx) => {
      await this.ledger.lock(tx, userId);
      if (!(await this.erasures.insert(tx, asked))) return this.erasures.find(tx, userId);
      await this.erasures.count(tx, userId, await this.erasures.closeAccount(tx, userId, askedAt));
      await this.outbox.add(tx, ErasureAsked, { userId });
      return asked;
    });
    if (!erasure) throw new Error('an erasure that is neither new nor there');
    return writeReceipt(erasure);
  }

  /** How far it is. Open to whoever has the receipt. @throws ErasureNotFound */
  async follow(receipt: Uint8Array): Promise<ErasureView> {
    const name = readReceipt(receipt);
    const erasure = name && (await this.db.asUser(name, (tx) => this.erasures.find(tx, name.userId)));
    if (!erasure || erasure.id !== name.id) throw new ErasureNotFound();
    return this.toView(erasure);
  }

  private toView({ askedAt, erasedAt, counts }: ErasureEntity): ErasureView {
    const backupsGoneAt = erasedAt && new Date(erasedAt.getTime() + (this.config.values.BACKUP_DAYS_MAX + 1) * DAY_MS);
    return {
      state: erasedAt ? 'erased' : 'erasing',
      asked_at: askedAt.toISOString(),
      erased_at: erasedAt?.toISOString() ?? null,
      counts,
      backups_gone_on: backupsGoneAt?.toISOString().slice(0, 10) ?? null,
    };
  }
}
