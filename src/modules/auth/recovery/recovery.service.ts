import {
  EnvelopeRefused,
  fromBase64url,
  parseRecoveryCode,
  recoveryKek,
  recoveryVerifier,
  sha256,
  toBase64url,
} from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import { Database, type Tx } from '../../../platform/database/database.js';
import type { UserId } from '../../../platform/ids.js';
import { Outbox } from '../../../platform/queue/outbox.js';
import { emailName } from '../accounts/account.views.js';
import { AccountsRepository } from '../accounts/accounts.repository.js';
import { AccountsService } from '../accounts/accounts.service.js';
import { SecurityEvents } from '../accounts/security-events.js';
import { RecoveryCodeUsed } from '../auth.events.js';
import { InvalidRecoveryCode } from '../auth.problems.js';
import type { SlotId } from '../auth.schema.js';
import type { TierName } from '../../tiers/tiers.schema.js';
import { openSlot } from '../keys/slots.js';
import type { CodeCheck, CodeCheckView } from './recovery.schema.js';
import { RecoveryRepository } from './recovery.repository.js';
import { RECOVERY_TTL_MS, RecoveryTokens } from './recovery-tokens.js';

/** What was given: the code itself (uce), or what the client derived from it (e2e). */
interface GivenCode {
  readonly tier: TierName;
  readonly verifier: Uint8Array;
  /** Only of a code itself. */
  readonly kek?: Uint8Array;
}

/** Tells the owner that a code was used. */
@Injectable()
export class RecoveryAnnouncements {
  constructor(
    private readonly events: SecurityEvents,
    private readonly outbox: Outbox,
  ) {}

  /** As `SecurityEvents.lock`. */
  async lock(tx: Tx, userId: UserId): Promise<void> {
    await this.events.lock(tx, userId);
  }

  async codeUsed(tx: Tx, userId: UserId): Promise<void> {
    await this.events.record(tx, { type: 'recovery_code_used', userId });
    await this.outbox.add(tx, RecoveryCodeUsed, { userId });
  }
}

/** The way back in for somebody who lost the password and kept a recovery code (docs/crypto.md, Recovery). */
@Injectable()
export class RecoveryService {
  constructor(
    private readonly db: Database,
    private readonly accounts: AccountsRepository,
    private readonly service: AccountsService,
    private readonly recovery: RecoveryRepository,
    private readonly tokens: RecoveryTokens,
    private readonly announcements: RecoveryAnnouncements,
    private readonly clock: Clock,
  ) {}

  /** Burns a code for a token that resets the password once. @throws InvalidRecoveryCode */
  async check({ email, code }: CodeCheck): Promise<CodeCheckView> {
    const given = readCode(code);
    const userId = await this.service.userIdOf(emailName(email));
    return this.db.asUser({ userId }, async (tx) => {
      const user = await this.accounts.find(tx, userId);
      // A code that was typed belongs to the other tier: an e2e account's must not be seen here, and is not burnt.
      const isMeant = given !== undefined && user?.tier === given.tier && user.lockedAt === null;
      const hash = sha256(given?.verifier ?? new Uint8Array(32));
      if (isMeant) await this.announcements.lock(tx, userId);
      const slotId = isMeant ? await this.recovery.burn(tx, userId, hash, this.clock.now()) : null;
      if (!slotId || !given) throw new InvalidRecoveryCode();
      await this.announcements.codeUsed(tx, userId);
      return given.kek ? this.moveToReset(tx, userId, slotId, given.kek) : this.handOver(tx, userId, slotId);
    });
  }

  /** uce: the master key goes from the slot of the code to one that the token opens. */
  private async moveToReset(tx: Tx, userId: UserId, codeId: SlotId, kek: Uint8Array): Promise<CodeCheckView> {
    const slot = await this.recovery.findSlot(tx, userId, codeId, 'recovery');
    if (!slot) throw new InvalidRecoveryCode();
    const master = openSlot('recovery', slot, kek);
    const { token, id, secret } = this.tokens.make(userId);
    await this.recovery.insertSlot(tx, this.tokens.sealSlot({ userId, id, secret, master }));
    await this.recovery.deleteSlot(tx, userId, codeId);
    await this.keep(tx, userId, id, secret);
    master.wipe();
    return { recovery_token: token };
  }

  /** e2e: the client opens the slot of the code itself. */
  private async handOver(tx: Tx, userId: UserId, codeId: SlotId): Promise<CodeCheckView> {
    const slot = await this.recovery.findSlot(tx, userId, codeId, 'recovery');
    if (!slot) throw new InvalidRecoveryCode();
    const { token, id, secret } = this.tokens.make(userId);
    await this.keep(tx, userId, id, secret);
    await this.recovery.deleteSlot(tx, userId, codeId);
    return { recovery_token: token, user_id: userId, slot_id: codeId, wrapped_master_key: toBase64url(slot.wrapped) };
  }

  private async keep(tx: Tx, userId: UserId, id: SlotId, secret: Uint8Array): Promise<void> {
    await this.recovery.insertToken(tx, {
      userId,
      id,
      secretHash: sha256(secret),
      expiresAt: this.clock.in(RECOVERY_TTL_MS),
    });
  }
}

/** Undefined for what is neither a code nor a verifier: it is answered like a wrong one. */
function readCode(text: string): GivenCode | undefined {
  try {
    if (/^[\w-]{43}$/.test(text)) return { tier: 'e2e', verifier: fromBase64url(text) };
    const code = parseRecoveryCode(text);
    return { tier: 'uce', verifier: recoveryVerifier(code), kek: recoveryKek(code) };
  } catch (error) {
    if (error instanceof EnvelopeRefused) return undefined;
    throw error;
  }
}
