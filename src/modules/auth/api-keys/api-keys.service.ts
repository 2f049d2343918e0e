import { hkdf, labels, type MasterKey, randomBytes, sha256, wipe } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import { Database } from '../../../platform/database/database.js';
import { invalidRequest } from '../../../platform/http/invalid-request.js';
import { newId, type UserId } from '../../../platform/ids.js';
import { sizes } from '../../tiers/sizes.js';
import { SecurityEvents } from '../accounts/security-events.js';
import { ApiKeyNotFound, Locked, TooManyApiKeys } from '../auth.problems.js';
import type { SlotId } from '../auth.schema.js';
import type { Caller } from '../caller.js';
import type { SlotEntity } from '../keys/slot.entity.js';
import { openSlot, sealSlot } from '../keys/slots.js';
import { SessionsService } from '../sessions/sessions.service.js';
import type { ApiKeyEntity } from './api-key.entity.js';
import { ApiKeysRepository, type KeyRow } from './api-keys.repository.js';
import type { ApiKeyDraft, ApiKeyListView, ApiKeyView, NewApiKeyView } from './api-keys.schema.js';
import { hintOf, readKey, writeKey } from './key-text.js';

const SECRET_BYTES = 32;
const TOUCH_MS = 60 * 60 * 1000;

/** API keys, for scripts. Their scopes are enforced by the server: a slot holds the master key whatever the scopes are. */
@Injectable()
export class ApiKeysService {
  constructor(
    private readonly db: Database,
    private readonly keys: ApiKeysRepository,
    private readonly sessions: SessionsService,
    private readonly events: SecurityEvents,
    private readonly clock: Clock,
  ) {}

  /** Makes a key; its text is answered this once. @throws Reauthenticate, TooManyApiKeys, Locked */
  async make(caller: Caller, draft: ApiKeyDraft): Promise<NewApiKeyView> {
    const { userId, deviceId, sessionId } = caller;
    const secret = randomBytes(SECRET_BYTES);
    const key = writeKey({ userId, secret });
    const row = this.newRow(userId, draft, secret, hintOf(key));
    const slot = this.newSlot(caller, row, secret);
    wipe(secret);
    await this.db.asUser(caller, async (tx) => {
      await this.events.lock(tx, userId);
      await this.sessions.assertFreshPassword(tx, caller);
      if ((await this.keys.count(tx, userId)) >= sizes.apiKeysMax)
        throw new TooManyApiKeys({ limit: sizes.apiKeysMax });
      await this.keys.insert(tx, row, slot);
      await this.events.record(tx, { type: 'api_key_made', userId, sessionId, deviceId, subjectId: row.id });
    });
    return { ...toApiKeyView(row), key };
  }

  async list({ userId }: Caller): Promise<ApiKeyListView> {
    const found = await this.db.asUser({ userId }, (tx) => this.keys.list(tx, userId, sizes.apiKeysMax));
    return { data: found.map(toApiKeyView), next_cursor: null };
  }

  /** @throws ApiKeyNotFound */
  async revoke({ userId, sessionId, deviceId }: Caller, id: SlotId): Promise<void> {
    const wasThere = await this.db.asUser({ userId }, async (tx) => {
      await this.events.lock(tx, userId);
      const deleted = await this.keys.delete(tx, userId, id);
      if (deleted)
        await this.events.record(tx, { type: 'api_key_revoked', userId, sessionId, deviceId, subjectId: id });
      return deleted;
    });
    if (!wasThere) throw new ApiKeyNotFound();
  }

  /** Who sends a key; null for one that is not valid now. */
  async open(text: string): Promise<Caller | null> {
    const read = readKey(text);
    if (!read) return null;
    const { userId, secret } = read;
    const row = await this.db.asUser({ userId }, async (tx) => {
      const now = this.clock.now();
      const found = await this.keys.findBySecret(tx, userId, sha256(secret), now);
      const isDue = found && (!found.last_used_at || now.getTime() - found.last_used_at.getTime() > TOUCH_MS);
      if (isDue) await this.keys.touch(tx, userId, found.id, now);
      return found;
    });
    const caller = row && callerOf(userId, row, secret);
    wipe(secret);
    return caller;
  }

  private newRow(userId: UserId, draft: ApiKeyDraft, secret: Uint8Array, hint: string): ApiKeyEntity {
    const { name, scopes, expires_at: expiry } = draft;
    const expiresAt = expiry === undefined ? null : new Date(expiry);
    const createdAt = this.clock.now();
    if (expiresAt && expiresAt <= createdAt)
      throw invalidRequest([{ pointer: '#/expires_at', detail: 'has passed already' }]);
    return {
      userId,
      id: newId(),
      name,
      secretHash: sha256(secret),
      hint,
      scopes: [...scopes],
      createdAt,
      expiresAt,
      lastUsedAt: null,
    };
  }

  /** A key that may do more than leave something in the inbox has to open the diary (uce), as long as it lives. */
  private newSlot(caller: Caller, { id, scopes, expiresAt }: ApiKeyEntity, secret: Uint8Array): SlotEntity | null {
    if (caller.tier === 'e2e' || scopes.every((scope) => scope === 'inbox:write')) return null;
    const { userId, master } = caller;
    if (!master) throw new Locked();
    return sealSlot({
      id,
      kind: 'api_key',
      userId,
      master,
      slotKey: { key: slotKeyOf(secret) },
      now: this.clock.now(),
      ...(expiresAt && { expiresAt }),
    });
  }
}

const slotKeyOf = (secret: Uint8Array) => hkdf(secret, labels.apiKey);

function callerOf(
  userId: UserId,
  { id, scopes, tier, master_key_id: masterKeyId, wrapped }: KeyRow,
  secret: Uint8Array,
): Caller {
  const known = { userId, sessionId: null, deviceId: null, apiKey: { id, scopes } };
  if (tier === 'uce') return { ...known, tier, master: openKeySlot(userId, id, masterKeyId, wrapped, secret) };
  if (!masterKeyId) throw new Error('an e2e account without a master key');
  return { ...known, tier, masterKeyId };
}

function openKeySlot(
  userId: UserId,
  id: SlotId,
  masterKeyId: Uint8Array | null,
  wrapped: Uint8Array | null,
  secret: Uint8Array,
): MasterKey | null {
  return wrapped && masterKeyId ? openSlot('api_key', { id, userId, masterKeyId, wrapped }, slotKeyOf(secret)) : null;
}

const toApiKeyView = (key: ApiKeyEntity): ApiKeyView => ({
  id: key.id,
  name: key.name,
  prefix: `dbk_…${key.hint}`,
  scopes: key.scopes,
  created_at: key.createdAt.toISOString(),
  expires_at: key.expiresAt?.toISOString() ?? null,
  last_used_at: key.lastUsedAt?.toISOString() ?? null,
});
