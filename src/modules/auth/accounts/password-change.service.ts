import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../../platform/database/database.js';
import type { UserId } from '../../../platform/ids.js';
import { Outbox } from '../../../platform/queue/outbox.js';
import { ApiKeysRepository } from '../api-keys/api-keys.repository.js';
import { PasswordChanged } from '../auth.events.js';
import { WrongPassword } from '../auth.problems.js';
import type { Caller } from '../caller.js';
import type { UserAgent } from '../sessions/arrival.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { AccountsRepository } from './accounts.repository.js';
import type { PasswordChange, PasswordChangedView } from './new-password.schema.js';
import { assertForm, NewPasswords } from './new-passwords.js';
import { PasswordCheck } from './password-check.js';
import { SecurityEvents } from './security-events.js';

/** Changing the password of an account whose owner is signed in. */
@Injectable()
export class PasswordChangeService {
  constructor(
    private readonly db: Database,
    private readonly accounts: AccountsRepository,
    private readonly apiKeys: ApiKeysRepository,
    private readonly passwords: NewPasswords,
    private readonly check: PasswordCheck,
    private readonly sessions: SessionsService,
    private readonly events: SecurityEvents,
    private readonly outbox: Outbox,
  ) {}

  /** One transaction: the new password, and the end of every other session. @throws WrongPassword */
  async change(caller: Caller, change: PasswordChange, userAgent: UserAgent): Promise<PasswordChangedView> {
    assertForm(caller.tier, change);
    const { user, password, master } = await this.check.open(caller, change.current_password);
    try {
      const prepared = await this.passwords.prepare(user, change);
      return await this.db.asUser(caller, async (tx) => {
        await this.events.lock(tx, caller.userId);
        await this.assertUnchanged(tx, caller.userId, password.changedAt);
        await this.passwords.store(tx, prepared, master);
        const tokens = await this.sessions.beginAnew(tx, { user, master }, caller.deviceId, userAgent);
        await this.announce(tx, caller, 'password_changed');
        return { tokens, api_keys_kept: await this.apiKeys.count(tx, caller.userId) };
      });
    } finally {
      master?.wipe();
    }
  }

  /** Two changes at once: the later one finds that its current password is no longer current. */
  private async assertUnchanged(tx: Tx, userId: UserId, comparedAt: Date): Promise<void> {
    const current = await this.accounts.lockPassword(tx, userId);
    if (current?.changedAt.getTime() !== comparedAt.getTime()) throw new WrongPassword();
  }

  private async announce(tx: Tx, { userId, sessionId, deviceId }: Caller, type: 'password_changed'): Promise<void> {
    await this.events.record(tx, { type, userId, sessionId, deviceId });
    await this.outbox.add(tx, PasswordChanged, { userId });
  }
}
