import { type MasterKey, randomBytes, wipe } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import type { Tx } from '../../../platform/database/database.js';
import { newId } from '../../../platform/ids.js';
import { Secrets } from '../../../platform/secrets/keyring.js';
import type { SlotId, TokensView } from '../auth.schema.js';
import { refreshTokens, type SecretToken } from '../keys/secret-token.js';
import type { SlotEntity } from '../keys/slot.entity.js';
import { ACCESS_TTL_SECONDS, AccessTokens } from './access-tokens.js';
import type { SessionEntity } from './session.entity.js';
import { SessionSlots } from './session-slots.js';
import { SessionsRepository } from './sessions.repository.js';

const SECRET_BYTES = 32;
/** How long a session lives from its last refresh on. */
export const REFRESH_TTL_MS = 30 * 24 * 60 * 60 * 1000;

/** Makes the tokens of a session, and the slots that belong to them. */
@Injectable()
export class TokenIssuer {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly slots: SessionSlots,
    private readonly tokens: AccessTokens,
    private readonly secrets: Secrets,
    private readonly clock: Clock,
  ) {}

  newSecret(): Uint8Array {
    return randomBytes(SECRET_BYTES);
  }

  /** The parts of a refresh token; undefined for what this server has not issued. */
  readRefreshToken(token: string): SecretToken | undefined {
    return refreshTokens.read(token, this.secrets.sessionPeppers);
  }

  /** Tokens for a session whose refresh secret is new: with a refresh slot of its own. */
  async issue(tx: Tx, session: SessionEntity, secret: Uint8Array, master: MasterKey | null): Promise<TokensView> {
    const { userId, id: sessionId, expiresAt } = session;
    const now = this.clock.now();
    if (master)
      await this.sessions.insertSlots(tx, [
        this.slots.seal('refresh', secret, master, { userId, sessionId, expiresAt, now }),
      ]);
    return this.reissue(tx, session, secret, master);
  }

  /** A fresh access token beside a refresh secret that was given out before. */
  async reissue(tx: Tx, session: SessionEntity, secret: Uint8Array, master: MasterKey | null): Promise<TokensView> {
    const { userId, id: sessionId } = session;
    const access = master && this.newSecret();
    const slot = master && access && this.accessSlot(session, access, master);
    if (slot) await this.sessions.insertSlots(tx, [slot]);
    const slotId = slot?.id ?? newId<SlotId>();
    const accessToken = this.tokens.sign({ userId, sessionId, slotId, ...(access && { secret: access }) });
    const refreshToken = refreshTokens.write({ userId, id: sessionId, secret }, this.secrets.sessionPeppers);
    wipe(secret, ...(access ? [access] : []));
    return {
      access_token: accessToken,
      refresh_token: refreshToken,
      token_type: 'bearer',
      expires_in: ACCESS_TTL_SECONDS,
    };
  }

  private accessSlot({ userId, id: sessionId }: SessionEntity, secret: Uint8Array, master: MasterKey): SlotEntity {
    const now = this.clock.now();
    return this.slots.seal('access', secret, master, {
      userId,
      sessionId,
      now,
      expiresAt: this.clock.in(ACCESS_TTL_SECONDS * 1000),
    });
  }
}
