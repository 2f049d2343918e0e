import { Injectable } from '@nestjs/common';
import { Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.js';
import type { UserId } from '../../../platform/ids.js';
import { Mail } from '../../../platform/mail/mail.js';
import type { Delivery } from '../../../platform/queue/event.js';
import { Outbox } from '../../../platform/queue/outbox.js';
import { writeReceipt } from '../erasure/erasure.schema.js';
import { ErasuresRepository } from '../erasure/erasures.repository.js';
import { AccountsRepository } from './accounts.repository.js';
import { EmailCodes } from './email-codes.js';
import { EmailsRepository } from './emails.repository.js';

interface Text {
  readonly subject: string;
  readonly text: string;
}

const NOT_YOU =
  'If this was not you, sign in and change the password, or use a recovery code: that ends every session.\n';

/**
 * What the owner of an account is told by mail. Never content, never a secret but the code that proves an address. A crash
 * between sending a letter and noting it sends it again, with the same Message-ID.
 */
@Injectable()
export class Letters {
  constructor(
    private readonly db: Database,
    private readonly accounts: AccountsRepository,
    private readonly emails: EmailsRepository,
    private readonly erasures: ErasuresRepository,
    private readonly codes: EmailCodes,
    private readonly outbox: Outbox,
    private readonly mail: Mail,
    private readonly config: Config,
  ) {}

  welcome(userId: UserId, delivery: Delivery): Promise<void> {
    return this.tell(userId, delivery, {
      subject: 'Your diary is ready',
      text:
        `Somebody, most likely you, began a diary at ${this.config.values.PUBLIC_URL} with this address.\n\n` +
        'Keep the ten recovery codes that were shown at sign-up in a safe place. Whoever loses the password and the codes\n' +
        'loses the diary: nobody else can open it, we included.\n\n' +
        'If this was not you, you need not do anything.\n',
    });
  }

  signedInElsewhere(userId: UserId, delivery: Delivery): Promise<void> {
    return this.tell(userId, delivery, {
      subject: 'A sign-in from a new device',
      text: `Somebody, most likely you, signed in to your diary from where nobody did before. The list of sessions says what it was.\n\n${NOT_YOU}`,
    });
  }

  passwordChanged(userId: UserId, delivery: Delivery): Promise<void> {
    return this.tell(userId, delivery, {
      subject: 'Your password was changed',
      text: `The password of your diary was changed, and every other session has ended.\n\n${NOT_YOU}`,
    });
  }

  recoveryCodeUsed(userId: UserId, delivery: Delivery): Promise<void> {
    return this.tell(userId, delivery, {
      subject: 'A recovery code was used',
      text: `One of the recovery codes of your diary was used. It cannot be used again; the others still can.\n\n${NOT_YOU}`,
    });
  }

  /** The code is made here, on its way out, so that it is kept nowhere but in the mail. */
  async emailCode(userId: UserId, delivery: Delivery): Promise<void> {
    const code = this.codes.newCode();
    const to = await this.db.asUser({ userId }, async (tx) => {
      const asked = (await this.outbox.isPending(tx, delivery)) ? await this.emails.lockCode(tx, userId) : null;
      if (asked) await this.emails.setHash(tx, userId, this.codes.hash(userId, asked.email, code));
      return asked?.email ?? null;
    });
    await this.send(userId, delivery, to, {
      subject: 'Your code',
      text: `Your code is ${code}. It proves that this address is yours, and is good for an hour.\n\nIf you did not ask for it, you need not do anything.\n`,
    });
  }

  /** The last letter, to an address that is kept for it alone. */
  async accountErased(userId: UserId, delivery: Delivery): Promise<void> {
    const erasure = await this.db.asUser({ userId }, (tx) => this.erasures.find(tx, userId));
    if (erasure?.email)
      await this.mail.send({
        id: `event-${delivery.id}`,
        to: erasure.email,
        subject: 'Your diary was erased',
        text:
          `Your account at ${this.config.values.PUBLIC_URL} and all that was kept in it were erased, keys first.\n\n` +
          `Backups that still have sealed remains of it are gone ${this.config.values.BACKUP_DAYS_MAX} days from now. The receipt:\n` +
          `${this.config.values.PUBLIC_URL}/api/v1/auth/erasures/${writeReceipt(erasure)}\n`,
      });
    await this.db.asUser({ userId }, async (tx) => {
      await this.erasures.forgetAddress(tx, userId);
      await this.outbox.done(tx, delivery);
    });
  }

  /** Writes to the address of the account, unless this was done before or the account is gone. */
  private async tell(userId: UserId, delivery: Delivery, text: Text): Promise<void> {
    const to = await this.db.asUser({ userId }, async (tx) =>
      (await this.outbox.isPending(tx, delivery)) ? ((await this.accounts.find(tx, userId))?.email ?? null) : null,
    );
    await this.send(userId, delivery, to, text);
  }

  private async send(userId: UserId, delivery: Delivery, to: string | null, text: Text): Promise<void> {
    if (to !== null) await this.mail.send({ id: `event-${delivery.id}`, to, ...text });
    await this.db.asUser({ userId }, (tx) => this.outbox.done(tx, delivery));
  }
}
