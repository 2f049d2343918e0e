import { isDeepStrictEqual } from 'node:util';
import { decodeEntryContent, encodeEntryContent, envelopeHash, equalBytes } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { invalidRequest } from '../../platform/http/invalid-request.js';
import { newId } from '../../platform/ids.js';
import type { Caller } from '../auth/caller.js';
import { Ledger, type LedgerHead } from '../ledger/ledger.js';
import { Vault } from '../vault/vault.js';
import { EntryErased, EntryIdTaken } from './entries.problems.js';
import { EntriesRepository } from './entries.repository.js';
import type { E2eDraft, EntryDraft, EntryId, EntryView, UceDraft, WrittenEntryView } from './entries.schema.js';
import type { EntryEntity } from './entry.entity.js';
import { EntryReading } from './entry-reading.js';
import { EntryWriting, type FirstVersion, type VersionContents, withHead } from './entry-writing.js';
import { contentOf } from './entry.views.js';
import { RemainsRepository } from './remains.repository.js';

/** What the caller wrote, and whether it is new: sending the same entry again finds it there. */
export interface WrittenEntry {
  readonly entry: WrittenEntryView;
  readonly isNew: boolean;
}

/** An entry that is sealed and not stored yet. */
export interface PreparedEntry {
  readonly draft: EntryDraft;
  readonly entry: EntryEntity;
  readonly contents: FirstVersion;
}

/** The diary: writing entries and reading them. */
@Injectable()
export class EntriesService {
  constructor(
    private readonly db: Database,
    private readonly entries: EntriesRepository,
    private readonly remains: RemainsRepository,
    private readonly reading: EntryReading,
    private readonly writing: EntryWriting,
    private readonly vault: Vault,
    private readonly ledger: Ledger,
    private readonly clock: Clock,
  ) {}

  /**
   * Adds an entry. The same entry under the same id is added once, and so is what a source calls by the same name.
   * @throws EntryIdTaken for another under that id, EntryErased, OutOfStorage
   */
  async write(caller: Caller, draft: EntryDraft): Promise<WrittenEntry> {
    const prepared = this.prepare(caller, draft);
    return this.db.asUser(caller, async (tx) => {
      const head = await this.ledger.lock(tx, caller.userId);
      const { written } = await this.writeIn(tx, caller, head, prepared);
      caller.keyed?.made(written.isNew ? 201 : 200, written.entry);
      return written;
    });
  }

  /** The same in the middle of a transaction that has locked the history; also where the history stands then. */
  async writeIn(tx: Tx, caller: Caller, head: LedgerHead, prepared: PreparedEntry) {
    const { entry, contents } = prepared;
    const known = await this.findKnown(tx, caller, entry);
    if (known) return { head, written: { entry: withHead(known, head), isNew: false } };
    const next = await this.writing.begin(tx, caller, head, entry, contents);
    if (next)
      return {
        head: next,
        written: { entry: withHead(await this.reading.view(tx, caller, entry), next), isNew: true },
      };
    const same = await this.sameEntry(tx, caller, prepared);
    return { head, written: { entry: withHead(same, head), isNew: false } };
  }

  /** What a change of an entry has answered, for one that was made before: the entry as it is now. @throws EntryNotFound, EntryErased */
  async readWritten(caller: Caller, id: EntryId): Promise<WrittenEntryView> {
    this.vault.assertUnlocked(caller);
    return this.db.asUser(caller, async (tx) =>
      this.readWrittenIn(tx, caller, await this.ledger.lock(tx, caller.userId), id),
    );
  }

  /** The same in the middle of a transaction that has locked the history. */
  async readWrittenIn(tx: Tx, caller: Caller, head: LedgerHead, id: EntryId): Promise<WrittenEntryView> {
    return withHead(await this.reading.view(tx, caller, await this.reading.find(tx, caller, id)), head);
  }

  /** @throws EntryNotFound, EntryErased */
  async read(caller: Caller, id: EntryId): Promise<EntryView> {
    this.vault.assertUnlocked(caller);
    return this.db.asUser(caller, async (tx) => this.reading.view(tx, caller, await this.reading.find(tx, caller, id)));
  }

  /** Seals what a uce user wrote; looks at what an e2e client sealed. @throws InvalidRequest for a draft of the other tier */
  prepare(caller: Caller, draft: EntryDraft, type: FirstVersion['type'] = 'created'): PreparedEntry {
    const id = draft.id ?? newId<EntryId>();
    const contents = this.contentsOf(caller, id, draft);
    const now = this.clock.now();
    const entryDate = draft.entry_date ?? null;
    const { sealed, wrappedKey } = contents;
    const entry: EntryEntity = {
      userId: caller.userId,
      id,
      kind: draft.kind,
      entryDate,
      listedOn: entryDate ?? now.toISOString().slice(0, 10),
      source: draft.source ?? null,
      externalId: draft.external_id ?? null,
      deviceId: caller.deviceId,
      version: 1,
      sealed,
      wrappedKey,
      envelopeHash: envelopeHash(sealed),
      prevEnvelopeHash: new Uint8Array(32),
      createdAt: now,
      updatedAt: now,
      deletedAt: null,
    };
    return { draft, entry, contents: { ...contents, type } };
  }

  private contentsOf(caller: Caller, entryId: EntryId, draft: EntryDraft): VersionContents {
    if (caller.tier === 'uce') {
      if (isE2e(draft))
        throw invalidRequest([{ pointer: '#/sealed', detail: 'is for e2e accounts; yours is uce: send content' }]);
      return {
        ...this.vault.seal(caller, { entryId, version: 1 }, contentOf(draft)),
        written: draft,
        mediaIds: draft.media_ids,
      };
    }
    if (!isE2e(draft))
      throw invalidRequest([{ pointer: '#/content', detail: 'is for uce accounts; yours is e2e: send sealed' }]);
    const { sealed, wrapped_key: wrappedKey, tag_tokens: tagTokens = [], media_ids: mediaIds } = draft;
    this.vault.accept(caller, { sealed, wrappedKey });
    return { sealed, wrappedKey, tagTokens, mediaIds };
  }

  /** What the source of `entry` has brought before; the id of an erased entry is refused. @throws EntryErased */
  private async findKnown(tx: Tx, caller: Caller, { id, source, externalId }: EntryEntity): Promise<EntryView | null> {
    const { userId } = caller;
    if (await this.remains.isErased(tx, userId, id)) throw new EntryErased();
    if (source === null || externalId === null) return null;
    const known = await this.entries.findExternal(tx, userId, source, externalId);
    return known && this.reading.view(tx, caller, known);
  }

  /** The stored entry under the id of `entry`, when it is the same. @throws EntryIdTaken when it is another */
  private async sameEntry(tx: Tx, caller: Caller, { entry, draft }: PreparedEntry): Promise<EntryView> {
    const stored = await this.entries.find(tx, caller.userId, entry.id);
    if (!stored || !this.isSame(caller, stored, entry, draft)) throw new EntryIdTaken();
    return this.reading.view(tx, caller, stored);
  }

  private isSame(caller: Caller, stored: EntryEntity, sent: EntryEntity, draft: EntryDraft): boolean {
    const { kind, entryDate, source, externalId } = sent;
    const isSameOutside =
      stored.kind === kind &&
      stored.entryDate === entryDate &&
      stored.source === source &&
      stored.externalId === externalId;
    if (!isSameOutside) return false;
    if (isE2e(draft)) return equalBytes(stored.sealed, sent.sealed) && equalBytes(stored.wrappedKey, sent.wrappedKey);
    return caller.tier === 'uce' && isDeepStrictEqual(this.reading.open(caller, stored), asStored(draft));
  }
}

/** A draft as it comes back out of its envelope: JSON has no -0. */
const asStored = (draft: UceDraft) => decodeEntryContent(encodeEntryContent(contentOf(draft)));

const isE2e = (draft: UceDraft | E2eDraft): draft is E2eDraft => 'sealed' in draft;
