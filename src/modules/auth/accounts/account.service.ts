import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Database, type Tx } from '../../../platform/database/database.js';
import { Cursors } from '../../../platform/http/cursors.js';
import type { UserId } from '../../../platform/ids.js';
import type { PageQuery } from '../../../platform/http/page.js';
import { Tiers } from '../../tiers/tiers.js';
import type { FeaturesView } from '../../tiers/tiers.schema.js';
import type { UserView } from '../auth.schema.js';
import type { Caller } from '../caller.js';
import { toUserView } from './account.views.js';
import { AccountsRepository } from './accounts.repository.js';
import type { EmailChange } from './email.schema.js';
import { EmailService } from './email.service.js';
import type { SecurityEventPageView } from './events.schema.js';
import { PasswordCheck } from './password-check.js';
import type { ProfileChange } from './profile.schema.js';
import { SecurityEvents } from './security-events.js';

const Cursor = z.tuple([z.uuidv7()]);

/** What the owner of an account sees and changes of it. */
@Injectable()
export class AccountService {
  constructor(
    private readonly db: Database,
    private readonly accounts: AccountsRepository,
    private readonly events: SecurityEvents,
    private readonly check: PasswordCheck,
    private readonly emails: EmailService,
    private readonly tiers: Tiers,
    private readonly cursors: Cursors,
  ) {}

  me(caller: Caller): Promise<UserView> {
    return this.db.asUser(caller, (tx) => this.viewOf(tx, caller));
  }

  /** Where the user is, as an IANA name; null where it was not said. */
  async timeZoneOf(tx: Tx, userId: UserId): Promise<string | null> {
    return (await this.accounts.find(tx, userId))?.timeZone ?? null;
  }

  /** The user's language, BCP 47; null where it was not said. */
  async localeOf(tx: Tx, userId: UserId): Promise<string | null> {
    return (await this.accounts.find(tx, userId))?.locale ?? null;
  }

  features(caller: Caller): Promise<FeaturesView> {
    return this.db.asUser(caller, (tx) => this.tiers.featuresOf(tx, caller.userId, caller.tier));
  }

  async change(caller: Caller, change: ProfileChange): Promise<UserView> {
    const { display_name: displayName, time_zone: timeZone, locale, settings } = change;
    const changed = {
      ...(displayName !== undefined && { displayName }),
      ...(timeZone !== undefined && { timeZone }),
      ...(locale !== undefined && { locale }),
      ...(settings?.versions_kept !== undefined && { versionsKept: settings.versions_kept }),
    };
    return this.db.asUser(caller, async (tx) => {
      await this.accounts.change(tx, caller.userId, changed);
      return this.viewOf(tx, caller);
    });
  }

  /** @throws WrongPassword, EmailTaken */
  async askForEmail(caller: Caller, { email, password }: EmailChange) {
    const { master } = await this.check.openTyped(caller, password);
    master?.wipe();
    await this.emails.ask(caller, email);
    return { email };
  }

  async securityEvents(caller: Caller, { limit, cursor }: PageQuery): Promise<SecurityEventPageView> {
    const before = cursor === undefined ? undefined : this.cursors.read(caller, cursor, Cursor)[0];
    const { userId } = caller;
    const found = await this.db.asUser({ userId }, (tx) => this.events.list(tx, userId, limit + 1, before));
    const { rows, next_cursor } = this.cursors.page(caller, found, limit, ({ id }) => [id]);
    return {
      data: rows.map(({ id, type, at, sessionId, deviceId, subjectId, reason }) => ({
        id,
        type,
        at: at.toISOString(),
        session_id: sessionId,
        device_id: deviceId,
        subject_id: subjectId,
        reason,
      })),
      next_cursor,
    };
  }

  private async viewOf(tx: Tx, { userId }: Caller): Promise<UserView> {
    const user = await this.accounts.find(tx, userId);
    if (!user) throw new Error('a session without its user');
    return toUserView(user);
  }
}
