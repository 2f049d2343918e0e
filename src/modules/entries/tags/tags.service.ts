import { toBase64url } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/database/database.js';
import type { Caller, UceCaller } from '../../auth/caller.js';
import { Ledger, toHistoryHead } from '../../ledger/ledger.js';
import { Vault } from '../../vault/vault.js';
import { TagNameTaken, TagNotFound } from '../entries.problems.js';
import type { TagEntity, TagId } from './tag.entity.js';
import { TaggedEntries } from './tagged-entries.js';
import { Tagging } from './tagging.js';
import { TagsRepository } from './tags.repository.js';
import type { RemovedTagView, TagListView, TagView } from './tags.schema.js';

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

  /** All tags that entries have, by name (e2e: by id); the trash is not counted. */
  async list(caller: Caller): Promise<TagListView> {
    this.vault.assertUnlocked(caller);
    const found = await this.db.asUser(caller, (tx) => this.tags.listCounted(tx, caller.userId));
    const shown = found.map(({ tag, count }) => this.shown(caller, tag, count));
    return {
      data: shown.toSorted((one, other) => byName(one, other) || (one.id < other.id ? -1 : 1)),
      next_cursor: null,
    };
  }

  /**
   * Gives a tag another name, in every entry that has it; entries that have it in these very letters stay as they are, so
   * that sending it again changes nothing. @throws TagNotFound, TagNameTaken, OutOfStorage
   */
  async rename(caller: UceCaller, id: TagId, name: string): Promise<TagView> {
    const open = this.vault.opened(caller);
    const token = this.vault.tagToken(open, name);
    return this.db.asUser(caller, async (tx) => {
      const head = await this.ledger.lock(tx, caller.userId);
      const tag = await this.tags.find(tx, caller.userId, id);
      if (!tag) throw new TagNotFound();
      const [taken] = await this.tags.listByToken(tx, caller.userId, [token]);
      if (taken && taken.id !== id) throw new TagNameTaken();
      const becomes = name.normalize('NFKC').trim();
      const renamed = this.tagging.newTag(open, becomes, token, id);
      await this.tags.rename(tx, renamed);
      const ids = await this.tags.listEntriesOf(tx, caller.userId, id);
      const next = await this.entries.retag(tx, caller, head, ids, this.tagging.nameOf(caller, tag), becomes);
      const entries = await this.tags.countEntriesOf(tx, caller.userId, id);
      return { ...this.shown(caller, renamed, entries), history_head: toHistoryHead(next) };
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
      const entries = await this.tags.countEntriesOf(tx, caller.userId, id);
      await this.tags.delete(tx, caller.userId, id);
      const next = await this.entries.retag(tx, caller, head, ids, this.tagging.nameOf(caller, tag), null);
      return { id, entries, history_head: toHistoryHead(next) };
    });
  }

  private shown(caller: Caller, tag: TagEntity, entries: number) {
    const name = caller.tier === 'uce' ? this.tagging.nameOf(caller, tag) : null;
    return { id: tag.id, name, token: toBase64url(tag.token), entries };
  }
}

const byName = (one: { name: string | null }, other: { name: string | null }) =>
  (one.name ?? '').localeCompare(other.name ?? '', 'en');
