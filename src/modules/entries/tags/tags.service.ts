import { tagForm, toBase64url } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../../platform/database/database.js';
import type { Caller, UceCaller } from '../../auth/caller.js';
import { Ledger, type LedgerHead, toHistoryHead } from '../../ledger/ledger.js';
import { Vault } from '../../vault/vault.js';
import { EditsService } from '../edits.service.js';
import { EntriesRepository } from '../entries.repository.js';
import { TagNameTaken, TagNotFound } from '../entries.problems.js';
import type { EntryId } from '../entries.schema.js';
import { EntryReading } from '../entry-reading.js';
import { EntryWriting } from '../entry-writing.js';
import { writtenOf } from '../entry.views.js';
import type { TagEntity, TagId } from './tag.entity.js';
import { Tagging } from './tagging.js';
import { TagsRepository } from './tags.repository.js';
import type { RemovedTagView, TagListView, TagView } from './tags.schema.js';

/** Entries whose tags were changed from outside. */
@Injectable()
export class TaggedEntries {
  constructor(
    private readonly entries: EntriesRepository,
    private readonly reading: EntryReading,
    private readonly writing: EntryWriting,
    private readonly edits: EditsService,
  ) {}

  /** Writes each entry anew, `name` under the name that `becomes`, or without it; where the history stands then. */
  async retag(
    tx: Tx,
    caller: UceCaller,
    head: LedgerHead,
    ids: readonly EntryId[],
    name: string,
    becomes: string | null,
  ): Promise<LedgerHead> {
    const form = tagForm(name);
    const change = (tag: string) => (tagForm(tag) === form ? (becomes ?? []) : tag);
    let next = head;
    for (const stored of await this.entries.findAll(tx, caller.userId, ids)) {
      const before = writtenOf(this.reading.open(caller, stored), stored.kind);
      const written = { ...before, tags: before.tags?.flatMap(change) };
      const version = this.edits.sealNext(caller, stored, { type: 'updated', entryDate: stored.entryDate, written });
      next = (await this.writing.replace(tx, caller, next, stored, version)).head;
    }
    return next;
  }
}

/** A user's tags. In the uce tier a change of one changes each entry that has it: a new version, with its own event. */
@Injectable()
export class TagsService {
  constructor(
    private readonly db: Database,
    private readonly tags: TagsRepository,
    private readonly tagging: Tagging,
    private readonly entries: TaggedEntries,
    private readonly vault: Vault,
    private readonly ledger: Ledger,
  ) {}

  /** All tags that entries have, by name; the trash is not counted. */
  async list(caller: Caller): Promise<TagListView> {
    this.vault.assertUnlocked(caller);
    const found = await this.db.asUser(caller, (tx) => this.tags.listCounted(tx, caller.userId));
    const shown = found.map(({ tag, count }) => this.shown(caller, tag, count));
    return {
      data: shown.toSorted((one, other) => (one.name ?? '').localeCompare(other.name ?? '', 'en')),
      next_cursor: null,
    };
  }

  /** Gives a tag another name, in every entry that has it. @throws TagNotFound, TagNameTaken, OutOfStorage */
  async rename(caller: UceCaller, id: TagId, name: string): Promise<TagView> {
    const open = this.vault.opened(caller);
    const token = this.vault.tagToken(open, name);
    return this.db.asUser(caller, async (tx) => {
      const head = await this.ledger.lock(tx, caller.userId);
      const tag = await this.tags.find(tx, caller.userId, id);
      if (!tag) throw new TagNotFound();
      const [taken] = await this.tags.listByToken(tx, caller.userId, [token]);
      if (taken && taken.id !== id) throw new TagNameTaken();
      const renamed = this.tagging.newTag(open, name.normalize('NFKC').trim(), token, id);
      await this.tags.rename(tx, renamed);
      const ids = await this.tags.listEntriesOf(tx, caller.userId, id);
      const next = await this.entries.retag(tx, caller, head, ids, this.tagging.nameOf(caller, tag), name);
      return { ...this.shown(caller, renamed, ids.length), history_head: toHistoryHead(next) };
    });
  }

  /** Takes a tag from every entry that has it. @throws TagNotFound, OutOfStorage */
  async remove(caller: UceCaller, id: TagId): Promise<RemovedTagView> {
    this.vault.opened(caller);
    return this.db.asUser(caller, async (tx) => {
      const head = await this.ledger.lock(tx, caller.userId);
      const tag = await this.tags.find(tx, caller.userId, id);
      if (!tag) throw new TagNotFound();
      const ids = await this.tags.listEntriesOf(tx, caller.userId, id);
      await this.tags.delete(tx, caller.userId, id);
      const next = await this.entries.retag(tx, caller, head, ids, this.tagging.nameOf(caller, tag), null);
      return { id, entries: ids.length, history_head: toHistoryHead(next) };
    });
  }

  private shown(caller: Caller, tag: TagEntity, entries: number) {
    const name = caller.tier === 'uce' ? this.tagging.nameOf(caller, tag) : null;
    return { id: tag.id, name, token: toBase64url(tag.token), entries };
  }
}
