import type { EntryContent } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import type { Caller, UceCaller } from '../auth/caller.js';
import { Vault } from '../vault/vault.js';
import { EntriesRepository } from './entries.repository.js';
import { EntryErased, EntryNotFound } from './entries.problems.js';
import type { EntryId, EntryView } from './entries.schema.js';
import type { EntryEntity } from './entry.entity.js';
import { toE2eView, toUceView } from './entry.views.js';
import { EntryMedia } from './entry-media.js';
import { RemainsRepository } from './remains.repository.js';
import { Tagging } from './tags/tagging.js';

/** Entries as their owner sees them. */
@Injectable()
export class EntryReading {
  constructor(
    private readonly entries: EntriesRepository,
    private readonly remains: RemainsRepository,
    private readonly tagging: Tagging,
    private readonly media: EntryMedia,
    private readonly vault: Vault,
  ) {}

  /** The entry, in the trash or not. @throws EntryNotFound, EntryErased */
  async find(tx: Tx, caller: Caller, id: EntryId): Promise<EntryEntity> {
    const entry = await this.entries.find(tx, caller.userId, id);
    if (entry) return entry;
    if (await this.remains.isErased(tx, caller.userId, id)) throw new EntryErased();
    throw new EntryNotFound();
  }

  async view(tx: Tx, caller: Caller, entry: EntryEntity): Promise<EntryView> {
    const [view] = await this.views(tx, caller, [entry]);
    if (!view) throw new Error('an entry without its view');
    return view;
  }

  /** As many as there are entries, in their order. */
  async views(tx: Tx, caller: Caller, entries: readonly EntryEntity[]): Promise<EntryView[]> {
    const ids = entries.map(({ id }) => id);
    const media = await this.media.of(tx, caller, ids);
    const mediaOf = ({ id }: EntryEntity) => media.get(id) ?? [];
    if (caller.tier === 'uce')
      return entries.map((entry) => toUceView(entry, this.open(caller, entry), mediaOf(entry)));
    const tokens = await this.tagging.tokensOf(tx, caller, ids);
    return entries.map((entry) => toE2eView(entry, tokens.get(entry.id) ?? [], mediaOf(entry)));
  }

  open(caller: UceCaller, entry: EntryEntity): EntryContent {
    const { id: entryId, version, prevEnvelopeHash: previousHash } = entry;
    return this.vault.open(caller, { entryId, version, ...(version > 1 && { previousHash }) }, entry);
  }
}
