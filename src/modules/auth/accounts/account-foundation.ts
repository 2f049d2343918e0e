import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/database.js';
import type { UserId } from '../../../platform/ids.js';
import { Outbox } from '../../../platform/queue/outbox.js';
import { Storage } from '../../tiers/storage.js';
import { SignedUp } from '../auth.events.js';
import { EmailService } from './email.service.js';
import { SecurityEvents } from './security-events.js';
import type { UserEntity } from './user.entity.js';

/** What begins with an account, beside its keys. */
@Injectable()
export class AccountFoundation {
  constructor(
    private readonly events: SecurityEvents,
    private readonly storage: Storage,
    private readonly emails: EmailService,
    private readonly outbox: Outbox,
  ) {}

  async lay(tx: Tx, userId: UserId): Promise<void> {
    await this.events.begin(tx, userId);
    await this.storage.begin(tx, userId);
  }

  /** Tells whoever owns the address, and asks for a proof of it. */
  async welcome(tx: Tx, { userId, email }: UserEntity): Promise<void> {
    await this.outbox.add(tx, SignedUp, { userId });
    await this.emails.askIn(tx, userId, email);
  }
}
