import type { MasterKey } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import { Database } from '../../../platform/database/database.js';
import type { Caller } from '../caller.js';
import { type AccessToken, AccessTokens } from './access-tokens.js';
import { SessionSlots } from './session-slots.js';
import { type SignedInRow, SessionsRepository } from './sessions.repository.js';

/** Who sends an access token, in whichever header: reads its session, and opens its slot. */
@Injectable()
export class TokenCallers {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly db: Database,
    private readonly sessions: SessionsRepository,
    private readonly slots: SessionSlots,
    private readonly clock: Clock,
  ) {}

  /** @param claims of a token whose signature, issuer and audience hold; false when it is over */
  async find(claims: unknown): Promise<Caller | false> {
    const token = this.tokens.read(claims);
    if (!token) return false;
    const { userId, sessionId, slotId } = token;
    const row = await this.db.asUser({ userId }, (tx) =>
      this.sessions.findSignedIn(tx, userId, sessionId, slotId, this.clock.now()),
    );
    const isOver = !row || (row.wrapped !== null && !this.slots.canOpen(row.pepper_id));
    return isOver ? false : this.callerOf(token, row);
  }

  private callerOf(token: AccessToken, row: SignedInRow): Caller {
    const { userId, sessionId } = token;
    const signedIn = { userId, sessionId, deviceId: row.device_id };
    if (row.tier === 'uce') return { ...signedIn, tier: 'uce', master: this.open(token, row) };
    if (!row.master_key_id) throw new Error('an e2e account without a master key');
    return { ...signedIn, tier: 'e2e', masterKeyId: row.master_key_id };
  }

  /** The key behind the access secret; null for a session that was opened without one. */
  private open({ userId, slotId, secret }: AccessToken, row: SignedInRow): MasterKey | null {
    const { wrapped, pepper_id: pepperId, master_key_id: masterKeyId } = row;
    if (!secret || !wrapped || !masterKeyId) return null;
    return this.slots.open('access', { id: slotId, userId, masterKeyId, wrapped, pepperId }, secret);
  }
}
