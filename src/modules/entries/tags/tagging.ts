import { distinctTags, equalBytes } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/database.js';
import { newId } from '../../../platform/ids.js';
import type { Caller, OpenCaller, UceCaller } from '../../auth/caller.js';
import { Vault } from '../../vault/vault.js';
import type { EntryId } from '../entries.schema.js';
import type { TagEntity, TagId } from './tag.entity.js';
import { TagsRepository } from './tags.repository.js';

/** Gives entries their tags, and tells of them. The database knows tokens; only the vault turns names into them. */
@Injectable()
export class Tagging {
  constructor(
    private readonly tags: TagsRepository,
    private readonly vault: Vault,
  ) {}

  /** Gives an entry of the uce tier these tags and no others; a name that differs in case alone is one tag. */
  async setNames(tx: Tx, caller: UceCaller, entryId: EntryId, names: readonly string[]): Promise<void> {
    const open = this.vault.opened(caller);
    const tokens = distinctTags(names).map((name) => ({ name, token: this.vault.tagToken(open, name) }));
    await this.set(tx, caller, entryId, tokens, ({ name, token }) => this.newTag(open, name, token));
  }

  /** The same for e2e, whose clients send tokens. */
  async setTokens(tx: Tx, caller: Caller, entryId: EntryId, tokens: readonly Uint8Array[]): Promise<void> {
    const { userId } = caller;
    const distinct = new Map(tokens.map((token) => [Buffer.from(token).toString('hex'), { token }]));
    await this.set(tx, caller, entryId, [...distinct.values()], ({ token }) => ({
      userId,
      id: newId<TagId>(),
      token,
      sealedName: null,
      wrappedKey: null,
    }));
  }

  /** The tokens of the tags of entries; an entry without any is not in it. */
  async tokensOf(tx: Tx, { userId }: Caller, entryIds: readonly EntryId[]): Promise<Map<EntryId, Uint8Array[]>> {
    const taggings = await this.tags.listTaggings(tx, userId, entryIds);
    const byEntry = Map.groupBy(taggings, ({ entry_id }) => entry_id);
    return new Map([...byEntry].map(([id, rows]) => [id, rows.map(({ token }) => token)]));
  }

  /** The name of a tag; empty in the e2e tier. */
  nameOf(caller: Caller, { id, sealedName, wrappedKey }: TagEntity): string {
    if (caller.tier === 'e2e' || !sealedName || !wrappedKey) return '';
    return this.vault.openTag(this.vault.opened(caller), id, { sealed: sealedName, wrappedKey });
  }

  /** The row of a tag with this name. */
  newTag(open: OpenCaller, name: string, token: Uint8Array, id = newId<TagId>()): TagEntity {
    const { sealed, wrappedKey } = this.vault.sealTag(open, id, name);
    return { userId: open.userId, id, token, sealedName: sealed, wrappedKey };
  }

  /** The ids of tags by token, of those that exist; null where one of them does not. */
  async idsOf(tx: Tx, caller: Caller, tokens: readonly Uint8Array[]): Promise<TagId[] | null> {
    if (tokens.length === 0) return [];
    const found = await this.tags.listByToken(tx, caller.userId, tokens);
    const isEvery = tokens.every((token) => found.some((tag) => equalBytes(tag.token, token)));
    return isEvery ? found.map(({ id }) => id) : null;
  }

  private async set<Wanted extends { token: Uint8Array }>(
    tx: Tx,
    { userId }: Caller,
    entryId: EntryId,
    wanted: readonly Wanted[],
    create: (wanted: Wanted) => TagEntity,
  ): Promise<void> {
    const tokens = wanted.map(({ token }) => token);
    const there = wanted.length === 0 ? [] : await this.tags.listByToken(tx, userId, tokens);
    const isThere = ({ token }: Wanted) => there.some((tag) => equalBytes(tag.token, token));
    const made = wanted.filter((tag) => !isThere(tag)).map(create);
    await this.tags.insert(tx, made);
    const ids = [...there, ...made].map(({ id }) => id);
    const taken = await this.tags.setTags(tx, userId, entryId, ids);
    if (taken > 0) await this.tags.deleteUnused(tx, userId);
  }
}
