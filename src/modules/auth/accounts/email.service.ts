import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import { Database, type Tx } from '../../../platform/database/database.js';
import type { UserId } from '../../../platform/ids.js';
import { Outbox } from '../../../platform/queue/outbox.js';
import { EmailCodeAsked } from '../auth.events.js';
import { EmailTaken, InvalidEmailCode } from '../auth.problems.js';
import type { UserView } from '../auth.schema.js';
import type { Caller } from '../caller.js';
import { emailName, toUserView } from './account.views.js';
import { AccountsRepository } from './accounts.repository.js';
import type { EmailCodeEntity } from './email-code.entity.js';
import { EmailCodes } from './email-codes.js';
import { EmailsRepository } from './emails.repository.js';
import { SecurityEvents } from './security-events.js';

const CODE_TTL_MS = 60 * 60 * 1000;
const TRIES = 5;

/** What an answer to a mailed code came to; the number of tries is kept either way. */
type Outcome = 'wrong' | 'taken' | UserView;

/** Addresses, and the proof that they belong to the account: a code by mail. */
@Injectable()
export class EmailService {
  constructor(
    private readonly db: Database,
    private readonly accounts: AccountsRepository,
    private readonly emails: EmailsRepository,
    private readonly events: SecurityEvents,
    private readonly outbox: Outbox,
    private readonly codes: EmailCodes,
    private readonly clock: Clock,
  ) {}

  /** Mails a code to `email`; the address of the account changes when the code comes back. @throws EmailTaken */
  async ask(caller: Caller, email: string): Promise<void> {
    const { userId } = caller;
    await this.db.asUser(caller, async (tx) => {
      const owner = await this.accounts.findByEmail(tx, emailName(email));
      if (owner && owner.userId !== userId) throw new EmailTaken();
      await this.askIn(tx, userId, email);
    });
  }

  /** The same within a transaction, for an address that is known to be free. */
  async askIn(tx: Tx, userId: UserId, email: string): Promise<void> {
    const code: EmailCodeEntity = {
      userId,
      email,
      codeHash: null,
      triesLeft: TRIES,
      expiresAt: this.clock.in(CODE_TTL_MS),
    };
    await this.emails.replaceCode(tx, code);
    await this.outbox.add(tx, EmailCodeAsked, { userId });
  }

  /** Makes the address that the code was mailed to the address of the account. @throws InvalidEmailCode, EmailTaken */
  async prove(caller: Caller, code: string): Promise<UserView> {
    const outcome = await this.db.asUser(caller, (tx) => this.use(tx, caller, code));
    if (outcome === 'wrong') throw new InvalidEmailCode();
    if (outcome === 'taken') throw new EmailTaken();
    return outcome;
  }

  private async use(tx: Tx, caller: Caller, code: string): Promise<Outcome> {
    const { userId, sessionId, deviceId } = caller;
    await this.events.lock(tx, userId);
    const asked = await this.emails.lockCode(tx, userId);
    const user = await this.accounts.find(tx, userId);
    if (!asked || !user || asked.expiresAt <= this.clock.now() || asked.triesLeft === 0) return 'wrong';
    if (!this.codes.matches(asked, code)) {
      await this.emails.countTry(tx, userId);
      return 'wrong';
    }
    const { email } = asked;
    await this.emails.deleteCode(tx, userId);
    const isNew = emailName(email) !== emailName(user.email);
    if (isNew && !(await this.emails.moveName(tx, userId, emailName(email)))) return 'taken';
    const emailVerifiedAt = this.clock.now();
    await this.emails.setAddress(tx, userId, email, emailVerifiedAt);
    if (isNew) await this.events.record(tx, { type: 'email_changed', userId, sessionId, deviceId });
    return toUserView({ ...user, email, emailVerifiedAt });
  }
}
