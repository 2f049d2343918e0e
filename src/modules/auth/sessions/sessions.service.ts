import { type MasterKey, sha256 } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import { Database, type Tx } from '../../../platform/database/database.js';
import { newId } from '../../../platform/ids.js';
import { sizes } from '../../tiers/sizes.js';
import type { UserEntity } from '../accounts/user.entity.js';
import { InvalidCredentials, Reauthenticate, SessionNotFound } from '../auth.problems.js';
import type { Device, DeviceId, DeviceView, SessionId, TokensView } from '../auth.schema.js';
import { type Caller, sessionOf } from '../caller.js';
import type { UserAgent } from './arrival.js';
import { DevicesService } from './devices.service.js';
import type { SessionEntity } from './session.entity.js';
import { toSessionView } from './session.views.js';
import { SessionsRepository } from './sessions.repository.js';
import type { SessionListView } from './sessions.schema.js';
import { REFRESH_TTL_MS, TokenIssuer } from './token-issuer.js';

const PASSWORD_FRESH_MS = 15 * 60 * 1000;

/** Whose session it is, and the key to put into its slots: in the e2e tier there is none. */
export interface Opened {
  readonly user: UserEntity;
  readonly master: MasterKey | null;
}

/** Where a session comes from. */
export interface Arrival {
  readonly device?: Device | undefined;
  readonly userAgent: UserAgent;
}

/** A session that has begun. */
export interface Begun {
  readonly tokens: TokensView;
  /** Where one was given. */
  readonly device?: DeviceView;
}

/** Sign-ins. The secrets are in the tokens alone; the server keeps slots that they open. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly db: Database,
    private readonly sessions: SessionsRepository,
    private readonly devices: DevicesService,
    private readonly issuer: TokenIssuer,
    private readonly clock: Clock,
  ) {}

  /**
   * Begins a session, in the transaction in which the password was right. Past twenty, the one unused longest ends. With a
   * device, the first lock of that transaction is the ledger's.
   * @throws InvalidCredentials when the account was locked since the password was compared
   */
  async begin(tx: Tx, { user, master }: Opened, { device: given, userAgent }: Arrival): Promise<Begun> {
    const { userId } = user;
    if (await this.sessions.isLocked(tx, userId)) throw new InvalidCredentials();
    const now = this.clock.now();
    const id = newId<SessionId>();
    const device = given && (await this.devices.add(tx, { userId, master, sessionId: id }, given));
    const secret = this.issuer.newSecret();
    const session: SessionEntity = {
      userId,
      id,
      deviceId: device?.id ?? null,
      userAgent,
      passwordAt: now,
      refreshHash: sha256(secret),
      previousRefreshHash: null,
      graceEndsAt: null,
      createdAt: now,
      lastUsedAt: now,
      expiresAt: this.clock.in(REFRESH_TTL_MS),
    };
    await this.sessions.keepNewest(tx, userId, sizes.sessionsMax - 1);
    await this.sessions.insert(tx, session);
    return { tokens: await this.issuer.issue(tx, session, secret, master), ...(device && { device }) };
  }

  /** Ends every session of a user and begins another on the same device: what a new password does. */
  async beginAnew(tx: Tx, opened: Opened, deviceId: DeviceId | null, userAgent: UserAgent): Promise<TokensView> {
    const { userId } = opened.user;
    await this.sessions.deleteAll(tx, userId);
    const { tokens } = await this.begin(tx, opened, { userAgent });
    if (deviceId) await this.sessions.placeOnDevice(tx, userId, deviceId);
    return tokens;
  }

  async list(caller: Caller): Promise<SessionListView> {
    const { userId } = caller;
    const found = await this.db.asUser({ userId }, (tx) =>
      this.sessions.list(tx, userId, this.clock.now(), sizes.sessionsMax),
    );
    return { data: found.map((row) => toSessionView(row, sessionOf(caller))), next_cursor: null };
  }

  async end(caller: Caller): Promise<void> {
    const { userId } = caller;
    await this.db.asUser({ userId }, (tx) => this.sessions.delete(tx, userId, sessionOf(caller)));
  }

  async endAll({ userId }: Caller): Promise<void> {
    await this.db.asUser({ userId }, (tx) => this.sessions.deleteAll(tx, userId));
  }

  /** @throws SessionNotFound */
  async revoke({ userId }: Caller, id: SessionId): Promise<void> {
    const wasThere = await this.db.asUser({ userId }, (tx) => this.sessions.delete(tx, userId, id));
    if (!wasThere) throw new SessionNotFound();
  }

  /** @throws Reauthenticate when the password was last given more than 15 minutes ago in this session */
  async assertFreshPassword(tx: Tx, caller: Caller): Promise<void> {
    const session = await this.sessions.find(tx, caller.userId, sessionOf(caller));
    const age = this.clock.now().getTime() - (session?.passwordAt?.getTime() ?? 0);
    if (age > PASSWORD_FRESH_MS) throw new Reauthenticate();
  }
}
