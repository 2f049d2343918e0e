import { equalBytes, type MasterKey, sha256 } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import { Database, type Tx } from '../../../platform/database/database.js';
import { AccountsRepository } from '../accounts/accounts.repository.js';
import { SecurityEvents } from '../accounts/security-events.js';
import type { UserEntity } from '../accounts/user.entity.js';
import { InvalidRefreshToken } from '../auth.problems.js';
import { type RefreshView, SessionId, type TokensView } from '../auth.schema.js';
import type { SecretToken } from '../keys/secret-token.js';
import type { SessionEntity } from './session.entity.js';
import { SessionSlots } from './session-slots.js';
import { SessionsRepository } from './sessions.repository.js';
import { REFRESH_TTL_MS, TokenIssuer } from './token-issuer.js';

const GRACE_MS = 10_000;

/** Rotation of refresh tokens (docs/crypto.md, Sessions). */
@Injectable()
export class RefreshService {
  constructor(
    private readonly db: Database,
    private readonly sessions: SessionsRepository,
    private readonly accounts: AccountsRepository,
    private readonly events: SecurityEvents,
    private readonly slots: SessionSlots,
    private readonly issuer: TokenIssuer,
    private readonly clock: Clock,
  ) {}

  /**
   * The successor of a refresh token. Within ten seconds, and before its successor was used, the same token answers the
   * same successor: an answer that was lost on its way can be asked for again. Any other reuse ends the session.
   */
  async refresh(token: string): Promise<RefreshView> {
    const read = this.issuer.readRefreshToken(token);
    if (!read) throw new InvalidRefreshToken();
    const outcome = await this.db.asUser(read, (tx) => this.exchange(tx, read));
    if (outcome === 'reused') await this.db.asUser(read, (tx) => this.endReused(tx, read));
    if (outcome === 'reused' || outcome === 'none') throw new InvalidRefreshToken();
    return { tokens: outcome };
  }

  /** That a session which has expired is deleted must be committed, so nothing is thrown here. */
  private async exchange(tx: Tx, { userId, id, secret }: SecretToken): Promise<TokensView | 'none' | 'reused'> {
    const session = await this.sessions.findLocked(tx, userId, SessionId.parse(id));
    const user = session && (await this.accounts.find(tx, userId));
    if (!session || !user) return 'none';
    const now = this.clock.now();
    const hash = sha256(secret);
    const isAlive = session.expiresAt > now;
    if (isAlive && equalBytes(hash, session.refreshHash)) return this.rotate(tx, session, user, secret);
    if (isAlive && isInGrace(session, hash, now)) return (await this.answerAgain(tx, session, user, secret)) ?? 'none';
    if (isAlive) return 'reused';
    await this.sessions.delete(tx, userId, session.id);
    return 'none';
  }

  /**
   * Ends a session whose token came back, in a transaction of its own: it begins with the ledger's lock, which an ordinary
   * refresh need not wait for. What is reused once is so for ever, so nothing has to be looked at again.
   */
  private async endReused(tx: Tx, { userId, id }: SecretToken): Promise<void> {
    await this.events.lock(tx, userId);
    const sessionId = SessionId.parse(id);
    const session = await this.sessions.find(tx, userId, sessionId);
    if (!session || !(await this.sessions.delete(tx, userId, sessionId))) return;
    await this.events.record(tx, { type: 'refresh_token_reused', userId, sessionId, deviceId: session.deviceId });
  }

  private async rotate(tx: Tx, session: SessionEntity, user: UserEntity, used: Uint8Array): Promise<TokensView> {
    const { userId, id: sessionId } = session;
    const master = await this.unlock(tx, session, used);
    const now = this.clock.now();
    const graceEndsAt = this.clock.in(GRACE_MS);
    const secret = this.issuer.newSecret();
    const change = {
      refreshHash: sha256(secret),
      previousRefreshHash: session.refreshHash,
      graceEndsAt,
      lastUsedAt: now,
      expiresAt: this.clock.in(REFRESH_TTL_MS),
    };
    await this.sessions.update(tx, session, change);
    if (session.deviceId) await this.sessions.touchDevice(tx, userId, session.deviceId, now);
    await this.sessions.deleteSlots(tx, userId, sessionId, ['refresh', 'grace']);
    const grace = this.slots.sealSuccessor(used, secret, ownerOf(user), { sessionId, expiresAt: graceEndsAt, now });
    await this.sessions.insertSlots(tx, [grace]);
    const tokens = await this.issuer.issue(tx, { ...session, ...change }, secret, master);
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
    const tokens = await this.issuer.reissue(tx, session, secret, master);
    master?.wipe();
    return tokens;
  }

  /** The master key behind a refresh secret; null where the session has none. */
  private async unlock(tx: Tx, { userId, id }: SessionEntity, secret: Uint8Array): Promise<MasterKey | null> {
    const slot = await this.sessions.findSlot(tx, userId, id, 'refresh');
    if (slot && !this.slots.canOpen(slot.pepperId)) throw new InvalidRefreshToken();
    return slot && this.slots.open('refresh', slot, secret);
  }
}

/** An account without a master key has no key to name: sixteen zeros. */
const ownerOf = ({ userId, tier, masterKeyId }: UserEntity) => ({
  userId,
  tier,
  masterKeyId: masterKeyId ?? new Uint8Array(16),
});

const isInGrace = ({ previousRefreshHash, graceEndsAt }: SessionEntity, hash: Uint8Array, now: Date): boolean =>
  previousRefreshHash !== null && graceEndsAt !== null && graceEndsAt > now && equalBytes(hash, previousRefreshHash);
