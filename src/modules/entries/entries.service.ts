import { isDeepStrictEqual } from 'node:util';
import { decodeEntryContent, encodeEntryContent, envelopeHash, equalBytes } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Clock } from '../../platform/clock.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { invalidRequest } from '../../platform/http/invalid-request.js';
import { Cursors } from '../../platform/http/cursors.js';
import type { PageQuery } from '../../platform/http/page.js';
import { Day } from '../../platform/http/wire.js';
import { newId } from '../../platform/ids.js';
import type { Caller, UceCaller } from '../auth/caller.js';
import { Ledger, toHistoryHead } from '../ledger/ledger.js';
import { Storage } from '../tiers/storage.js';
import { type Sealed, Vault } from '../vault/vault.js';
import { EntryIdTaken, EntryNotFound } from './entries.problems.js';
import { EntriesRepository, type ListPlace } from './entries.repository.js';
import {
  type E2eDraft,
  type EntryDraft,
  EntryId,
  type EntryPageView,
  type EntryView,
  type UceDraft,
  type WrittenEntryView,
} from './entries.schema.js';
import type { EntryEntity } from './entry.entity.js';
import { contentOf, toE2eView, toUceView } from './entry.views.js';

const Cursor = z.tuple([Day, EntryId]).transform(([listedOn, id]): ListPlace => ({ listedOn, id }));

/** What the caller wrote, and whether it is new: sending the same entry again finds it there. */
export interface Written {
  readonly entry: WrittenEntryView;
  readonly isNew: boolean;
}

@Injectable()
export class EntriesService {
  constructor(
    private readonly db: Database,
    private readonly entries: EntriesRepository,
    private readonly vault: Vault,
    private readonly ledger: Ledger,
    private readonly storage: Storage,
    private readonly cursors: Cursors,
    private readonly clock: Clock,
  ) {}

  /** Adds an entry. The same entry under the same id is added once. @throws EntryIdTaken for another under that id */
  async write(caller: Caller, draft: EntryDraft): Promise<Written> {
    const entry = this.newEntry(caller, draft);
    return this.db.asUser(caller, async (tx) => {
      const head = await this.ledger.lock(tx, caller.userId);
      if (!(await this.entries.insert(tx, entry))) {
        const there = await this.sameEntry(tx, caller, entry, draft);
        caller.keyed?.made(200, there);
        return { entry: { ...there, history_head: toHistoryHead(head) }, isNew: false };
      }
      const { userId, sessionId, deviceId } = caller;
      await this.storage.assertRoom(tx, userId, { bytes: entry.sealed.length + entry.wrappedKey.length });
      const { id: entryId, version, envelopeHash: hash } = entry;
      const event = { type: 'created', entryId, version, deviceId, sessionId, envelopeHash: hash } as const;
      const history_head = toHistoryHead(await this.ledger.append(tx, userId, head, event));
      caller.keyed?.made(201, entry);
      return { entry: { ...this.view(caller, entry), history_head }, isNew: true };
    });
  }

  /** What `write` answers, for an entry that was written before: the entry as it is now. @throws EntryNotFound */
  async readWritten(caller: Caller, id: EntryId): Promise<WrittenEntryView> {
    this.vault.assertUnlocked(caller);
    return this.db.asUser(caller, async (tx) => {
      const head = await this.ledger.lock(tx, caller.userId);
      const entry = await this.entries.find(tx, caller.userId, id);
      if (!entry) throw new EntryNotFound();
      return { ...this.view(caller, entry), history_head: toHistoryHead(head) };
    });
  }

  /** @throws EntryNotFound */
  async read(caller: Caller, id: EntryId): Promise<EntryView> {
    this.vault.assertUnlocked(caller);
    const entry = await this.db.asUser(caller, (tx) => this.entries.find(tx, caller.userId, id));
    if (!entry) throw new EntryNotFound();
    return this.view(caller, entry);
  }

  /** One page, newest day first. */
  async list(caller: Caller, { limit, cursor }: PageQuery): Promise<EntryPageView> {
    this.vault.assertUnlocked(caller);
    const after = cursor === undefined ? undefined : this.cursors.read(caller, cursor, Cursor);
    const found = await this.db.asUser(caller, (tx) => this.entries.list(tx, caller.userId, limit + 1, after));
    const { rows, next_cursor } = this.cursors.page(caller, found, limit, ({ listedOn, id }) => [listedOn, id]);
    return { data: rows.map((entry) => this.view(caller, entry)), next_cursor };
  }

  private newEntry(caller: Caller, draft: EntryDraft): EntryEntity {
    const id = draft.id ?? newId<EntryId>();
    const now = this.clock.now();
    const { sealed, wrappedKey } = this.sealedOf(caller, id, draft);
    const entryDate = draft.entry_date ?? null;
    return {
      userId: caller.userId,
      id,
      kind: draft.kind,
      entryDate,
      listedOn: entryDate ?? now.toISOString().slice(0, 10),
      source: draft.source ?? null,
      version: 1,
      sealed,
      wrappedKey,
      envelopeHash: envelopeHash(sealed),
      prevEnvelopeHash: new Uint8Array(32),
      createdAt: now,
      updatedAt: now,
    };
  }

  /** Seals what a uce user wrote; looks at what an e2e client sealed. A draft of the other tier is refused. */
  private sealedOf(caller: Caller, entryId: EntryId, draft: EntryDraft): Sealed {
    if (caller.tier === 'uce') {
      if (isE2e(draft))
        throw invalidRequest([{ pointer: '#/sealed', detail: 'is for e2e accounts; yours is uce: send content' }]);
      return this.vault.seal(caller, { entryId, version: 1 }, contentOf(draft));
    }
    if (!isE2e(draft))
      throw invalidRequest([{ pointer: '#/content', detail: 'is for uce accounts; yours is e2e: send sealed' }]);
    const { sealed, wrapped_key: wrappedKey } = draft;
    this.vault.accept(caller, { sealed, wrappedKey });
    return { sealed, wrappedKey };
  }

  /** The stored entry under the id of `entry`, when it is the same. @throws EntryIdTaken when it is another */
  private async sameEntry(tx: Tx, caller: Caller, entry: EntryEntity, draft: EntryDraft): Promise<EntryView> {
    const stored = await this.entries.find(tx, caller.userId, entry.id);
    if (!stored || !this.isSame(caller, stored, entry, draft)) throw new EntryIdTaken();
    return this.view(caller, stored);
  }

  private isSame(caller: Caller, stored: EntryEntity, sent: EntryEntity, draft: EntryDraft): boolean {
    const { kind, entryDate, source } = sent;
    if (stored.kind !== kind || stored.entryDate !== entryDate || stored.source !== source) return false;
    if (isE2e(draft)) return equalBytes(stored.sealed, sent.sealed) && equalBytes(stored.wrappedKey, sent.wrappedKey);
    return caller.tier === 'uce' && isDeepStrictEqual(this.contentOf(caller, stored), asStored(draft));
  }

  private view(caller: Caller, entry: EntryEntity): EntryView {
    return caller.tier === 'uce' ? toUceView(entry, this.contentOf(caller, entry)) : toE2eView(entry);
  }

  private contentOf(caller: UceCaller, entry: EntryEntity) {
    const { id: entryId, version, prevEnvelopeHash: previousHash } = entry;
    return this.vault.open(caller, { entryId, version, ...(version > 1 && { previousHash }) }, entry);
  }
}

/** A draft as it comes back out of its envelope: JSON has no -0. */
const asStored = (draft: UceDraft) => decodeEntryContent(encodeEntryContent(contentOf(draft)));

const isE2e = (draft: UceDraft | E2eDraft): draft is E2eDraft => 'sealed' in draft;
