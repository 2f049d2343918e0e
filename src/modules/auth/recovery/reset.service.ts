import { type MasterKey, sha256 } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import { Database, type Tx } from '../../../platform/database/database.js';
import type { UserId } from '../../../platform/ids.js';
import { Outbox } from '../../../platform/queue/outbox.js';
import { AccountsRepository } from '../accounts/accounts.repository.js';
import type { PasswordReset, PasswordResetView } from '../accounts/new-password.schema.js';
import { NewPasswords, type PreparedPassword } from '../accounts/new-passwords.js';
import { SecurityEvents } from '../accounts/security-events.js';
import type { UserEntity } from '../accounts/user.entity.js';
import { ApiKeysRepository } from '../api-keys/api-keys.repository.js';
import { PasswordChanged } from '../auth.events.js';
import { InvalidRecoveryToken } from '../auth.problems.js';
import type { UserAgent } from '../sessions/arrival.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { RecoveryRepository } from './recovery.repository.js';
import { RecoveryTokens } from './recovery-tokens.js';

type ReadToken = NonNullable<ReturnType<RecoveryTokens['read']>>;

/** What a reset does beside the password itself. */
@Injectable()
export class ResetEnding {
  constructor(
    private readonly apiKeys: ApiKeysRepository,
    private readonly sessions: SessionsService,
    private readonly events: SecurityEvents,
    private readonly outbox: Outbox,
  ) {}

  /** As `SecurityEvents.lock`. */
  async lock(tx: Tx, userId: UserId): Promise<void> {
    await this.events.lock(tx, userId);
  }

  async finish(tx: Tx, user: UserEntity, master: MasterKey | null, userAgent: UserAgent) {
    const { userId } = user;
    await this.apiKeys.deleteAll(tx, userId);
    await this.events.record(tx, { type: 'password_reset', userId });
    await this.outbox.add(tx, PasswordChanged, { userId });
    return this.sessions.beginAnew(tx, { user, master }, null, userAgent);
  }
}

/** A new password for somebody who used a recovery code: the same master key, every session and API key ended. */
@Injectable()
export class ResetService {
  constructor(
    private readonly db: Database,
    private readonly accounts: AccountsRepository,
    private readonly recovery: RecoveryRepository,
    private readonly tokens: RecoveryTokens,
    private readonly passwords: NewPasswords,
    private readonly ending: ResetEnding,
    private readonly clock: Clock,
  ) {}

  /** @throws InvalidRecoveryToken */
  async reset(reset: PasswordReset, userAgent: UserAgent): Promise<PasswordResetView> {
    const token = this.tokens.read(reset.recovery_token);
    const user = token && (await this.db.asUser(token, (tx) => this.userOf(tx, token)));
    if (!token || !user) throw new InvalidRecoveryToken();
    const prepared = await this.passwords.prepare(user, reset);
    return this.db.asUser(token, (tx) => this.use(tx, token, user, prepared, userAgent));
  }

  /** Who may reset with it, before any slow work is done. */
  private async userOf(tx: Tx, { userId, id, secret }: ReadToken): Promise<UserEntity | null> {
    const kept = await this.recovery.findToken(tx, userId, id, sha256(secret));
    const user = kept && (await this.accounts.find(tx, userId));
    return user?.lockedAt === null ? user : null;
  }

  private async use(tx: Tx, token: ReadToken, user: UserEntity, prepared: PreparedPassword, userAgent: UserAgent) {
    const { userId, id, secret } = token;
    await this.ending.lock(tx, userId);
    const taken = await this.recovery.takeToken(tx, userId, id, sha256(secret), this.clock.now());
    if (!taken) throw new InvalidRecoveryToken();
    const master = await this.openReset(tx, token);
    try {
      await this.passwords.store(tx, prepared, master);
      return { tokens: await this.ending.finish(tx, user, master, userAgent) };
    } finally {
      master?.wipe();
    }
  }

  /** The master key behind the token; null in the e2e tier, where the client put it into the new slot itself. */
  private async openReset(tx: Tx, { userId, id, secret }: ReadToken): Promise<MasterKey | null> {
    const slot = await this.recovery.findSlot(tx, userId, id, 'reset');
    if (!slot) return null;
    await this.recovery.deleteSlot(tx, userId, id);
    return this.tokens.openSlot(slot, secret);
  }
}
