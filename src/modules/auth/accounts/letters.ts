import { Injectable } from '@nestjs/common';
import { Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.js';
import type { UserId } from '../../../platform/ids.js';
import { Mail } from '../../../platform/mail/mail.js';
import type { Delivery } from '../../../platform/queue/event.js';
import { Outbox } from '../../../platform/queue/outbox.js';
import { AccountsRepository } from './accounts.repository.js';

/** What the owner of an account is told by mail. Never content, never a secret. */
@Injectable()
export class Letters {
  constructor(
    private readonly db: Database,
    private readonly accounts: AccountsRepository,
    private readonly outbox: Outbox,
    private readonly mail: Mail,
    private readonly config: Config,
  ) {}

  /** Sent once per account. A crash between sending and noting it sends the same letter, with the same Message-ID, again. */
  async welcome(userId: UserId, delivery: Delivery): Promise<void> {
    const to = await this.db.asUser({ userId }, async (tx) =>
      (await this.outbox.isPending(tx, delivery)) ? ((await this.accounts.find(tx, userId))?.email ?? null) : null,
    );
    if (to !== null) await this.mail.send({ id: `event-${delivery.id}`, to, ...this.welcomeText() });
    await this.db.asUser({ userId }, (tx) => this.outbox.done(tx, delivery));
  }

  private welcomeText() {
    return {
      subject: 'Your diary is ready',
      text:
        `Somebody, most likely you, began a diary at ${this.config.values.PUBLIC_URL} with this address.\n\n` +
        'Keep the ten recovery codes that were shown at sign-up in a safe place. Whoever loses the password and the codes\n' +
        'loses the diary: nobody else can open it, we included.\n\n' +
        'If this was not you, you need not do anything.\n',
    };
  }
}
