import { equalBytes, type MasterKey, randomBytes, sha256, wipe } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import { Database, type Tx } from '../../../platform/database/database.js';
import { newId } from '../../../platform/ids.js';
import { Secrets } from '../../../platform/secrets/keyring.js';
import { InvalidRefreshToken } from '../auth.problems.js';
import type { Device, RefreshView, SlotId, TokensView } from '../auth.schema.js';
import type { Caller } from '../caller.js';
import { AccountsRepository } from '../accounts/accounts.repository.js';
import { SecurityEvents } from '../accounts/security-events.js';
import type { UserEntity } from '../accounts/user.entity.js';
import type { SlotEntity } from '../keys/slot.entity.js';
import { ACCESS_TTL_SECONDS, AccessTokens } from './access-tokens.js';
import { readRefreshToken, type RefreshToken, writeRefreshToken } from './refresh-token.js';
import type { SessionEntity } from './session.entity.js';
import { SessionSlots } from './session-slots.js';
import { SessionsRepository } from './sessions.repository.js';

const SECRET_BYTES = 32;
const REFRESH_TTL_MS = 30 * 24 * 60 * 60 * 1000;
const GRACE_MS = 10_000;

/** Whose session it is, and the key to put into its slots: in the e2e tier there is none. */
interface Opened {
  readonly user: UserEntity;
  readonly master: MasterKey | null;
}

/** Sign-ins and their tokens. The secrets are in the tokens alone; the server keeps slots that they open. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly db: Database,
    private readonly sessions: SessionsRepository,
    private readonly accounts: AccountsRepository,
    private readonly events: SecurityEvents,
    private readonly slots: SessionSlots,
    private readonly tokens: AccessTokens,
    private readonly secrets: Secrets,
    private readonly clock: Clock,
  ) {}

  /** Begins a session, in the transaction that proved who it is. */
  async begin(tx: Tx, { user, master }: Opened, device: Device | undefined): Promise<TokensView> {
    const { userId } = user;
    const now = this.clock.now();
    const secret = randomBytes(SECRET_BYTES);
    const row = device && {
      userId,
      id: newId<NonNullable<SessionEntity['deviceId']>>(),
      createdAt: now,
      ...deviceRow(device),
    };
    const session: SessionEntity = {
      userId,
      id: newId(),
      deviceId: row?.id ?? null,
      refreshHash: sha256(secret),
      previousRefreshHash: null,
      graceEndsAt: null,
      createdAt: now,
      lastUsedAt: now,
      expiresAt: this.clock.in(REFRESH_TTL_MS),
    };
    await this.sessions.insert(tx, session, row ?? null);
    return this.issue(tx, session, secret, master, { isNew: true });
  }

  /**
   * The successor of a refresh token. Within ten seconds, and before its successor was used, the same token answers the
   * same successor: an answer that was lost on its way can be asked for again. Any other reuse ends the session.
   */
  async refresh(token: string): Promise<RefreshView> {
    const read = readRefreshToken(token, this.secrets.sessionPeppers);
    if (!read) throw new InvalidRefreshToken();
    const tokens = await this.db.asUser(read, (tx) => this.exchange(tx, read));
    if (!tokens) throw new InvalidRefreshToken();
    return { tokens };
  }

  async end({ userId, sessionId }: Caller): Promise<void> {
    await this.db.asUser({ userId }, (tx) => this.sessions.delete(tx, userId, sessionId));
  }

  private async exchange(tx: Tx, used: RefreshToken): Promise<TokensView | null> {
    const { userId, secret } = used;
    const session = await this.sessions.findLocked(tx, userId, used.sessionId);
    const user = session && (await this.accounts.find(tx, userId));
    if (!session || !user) return null;
    const now = this.clock.now();
    const hash = sha256(secret);
    const isAlive = session.expiresAt > now;
    if (isAlive && equalBytes(hash, session.refreshHash)) return this.rotate(tx, session, user, secret);
    if (isAlive && isInGrace(session, hash, now)) return this.answerAgain(tx, session, user, secret);
    await this.sessions.delete(tx, userId, session.id);
    if (isAlive)
      await this.events.record(tx, {
        type: 'refresh_token_reused',
        userId,
        sessionId: session.id,
        deviceId: session.deviceId,
      });
    return null;
  }

  private async rotate(tx: Tx, session: SessionEntity, user: UserEntity, used: Uint8Array): Promise<TokensView> {
    const { userId, id: sessionId } = session;
    const master = await this.unlock(tx, session, used);
    const now = this.clock.now();
    const graceEndsAt = this.clock.in(GRACE_MS);
    const secret = randomBytes(SECRET_BYTES);
    const change = {
      refreshHash: sha256(secret),
      previousRefreshHash: session.refreshHash,
      graceEndsAt,
      lastUsedAt: now,
      expiresAt: this.clock.in(REFRESH_TTL_MS),
    };
    await this.sessions.update(tx, session, change);
    await this.sessions.deleteSlots(tx, userId, sessionId, ['refresh', 'grace']);
    const grace = this.slots.sealSuccessor(used, secret, ownerOf(user), { sessionId, expiresAt: graceEndsAt, now });
    await this.sessions.insertSlots(tx, [grace]);
    const tokens = await this.issue(tx, { ...session, ...change }, secret, master, { isNew: true });
    master?.wipe();
    return tokens;
  }

  private async answerAgain(
    tx: Tx,
    session: SessionEntity,
    user: UserEntity,
    used: Uint8Array,
  ): Promise<TokensView | null> {
    const grace = await this.sessions.findSlot(tx, session.userId, session.id, 'grace');
    if (!grace) return null;
    const secret = this.slots.openSuccessor(grace, used, ownerOf(user));
    const master = await this.unlock(tx, session, secret);
    const tokens = await this.issue(tx, session, secret, master, { isNew: false });
    master?.wipe();
    return tokens;
  }

  /** The master key behind a refresh secret; null where the session has none. */
  private async unlock(tx: Tx, { userId, id }: SessionEntity, secret: Uint8Array): Promise<MasterKey | null> {
    const slot = await this.sessions.findSlot(tx, userId, id, 'refresh');
    if (slot && !this.slots.canOpen(slot.pepperId)) throw new InvalidRefreshToken();
    return slot && this.slots.open('refresh', slot, secret);
  }

  /** Fresh tokens for a session whose refresh secret is `secret`, with the slots that belong to them. */
  private async issue(
    tx: Tx,
    { userId, id: sessionId, expiresAt }: SessionEntity,
    secret: Uint8Array,
    master: MasterKey | null,
    { isNew }: { isNew: boolean },
  ): Promise<TokensView> {
    const now = this.clock.now();
    const access = master && randomBytes(SECRET_BYTES);
    const made: SlotEntity[] = [];
    if (master && isNew) made.push(this.slots.seal('refresh', secret, master, { userId, sessionId, expiresAt, now }));
    const untilAccessEnds = { userId, sessionId, now, expiresAt: this.clock.in(ACCESS_TTL_SECONDS * 1000) };
    if (master && access) made.push(this.slots.seal('access', access, master, untilAccessEnds));
    await this.sessions.insertSlots(tx, made);

    const slotId = made.at(-1)?.id ?? newId<SlotId>();
    const accessToken = this.tokens.sign({ userId, sessionId, slotId, ...(access && { secret: access }) });
    const refreshToken = writeRefreshToken({ userId, sessionId, secret }, this.secrets.sessionPeppers);
    wipe(secret, ...(access ? [access] : []));
    return {
      access_token: accessToken,
      refresh_token: refreshToken,
      token_type: 'bearer',
      expires_in: ACCESS_TTL_SECONDS,
    };
  }
}

const ownerOf = ({ userId, tier, masterKeyId }: UserEntity) => ({
  userId,
  tier,
  masterKeyId: masterKeyId ?? new Uint8Array(16),
});

const isInGrace = ({ previousRefreshHash, graceEndsAt }: SessionEntity, hash: Uint8Array, now: Date): boolean =>
  previousRefreshHash !== null && graceEndsAt !== null && graceEndsAt > now && equalBytes(hash, previousRefreshHash);

const deviceRow = ({ device_name: name, device_type: type, platform }: Device) => ({ name, type, platform });
