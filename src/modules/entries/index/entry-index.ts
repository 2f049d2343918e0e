import {
  type Card,
  decodeCandidate,
  encodeCard,
  type Language,
  languageOfEntry,
  languageOfTag,
  makeCard,
  periodOf,
  type PreparedQuery,
  searchableText,
  stemsOf,
} from '@daybook/sdk/search';
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/database.js';
import { AccountService } from '../../auth/accounts/account.service.js';
import type { OpenCaller, UceCaller } from '../../auth/caller.js';
import { Vault } from '../../vault/vault.js';
import type { EntryId, Written } from '../entries.schema.js';
import type { EntryEntity } from '../entry.entity.js';
import { type IndexedEntry, type IndexedRow, IndexRepository } from './index.repository.js';
import { IndexLanguages } from './index-languages.js';

/** Sources whose texts others know, as they were published: what is known of them must not tell of the diary. */
const PUBLIC_SOURCES: ReadonlySet<string> = new Set(['facebook']);

/** What of an entry is indexed, beside what was written. */
export type IndexPlace = Pick<EntryEntity, 'id' | 'version' | 'entryDate' | 'source' | 'wrappedKey' | 'deletedAt'>;

/** Keeps the blurred words and the index card of uce entries current, in the transaction that writes them. */
@Injectable()
export class EntryIndex {
  constructor(
    private readonly rows: IndexRepository,
    private readonly languages: IndexLanguages,
    private readonly account: AccountService,
    private readonly vault: Vault,
  ) {}

  /** Indexes an entry as it is now; one in the trash is not in the index. */
  async put(tx: Tx, caller: UceCaller, entry: IndexPlace, written: Written): Promise<void> {
    if (entry.deletedAt) return;
    const open = this.vault.opened(caller);
    const { indexed, language } = this.make(open, entry, written, await this.fallbackFor(tx, open, written));
    await this.rows.put(tx, open.userId, indexed);
    await this.languages.add(tx, open, [language]);
  }

  /** Takes an entry out of the index: what is in the trash is not found. */
  remove(tx: Tx, { userId }: UceCaller, id: EntryId): Promise<void> {
    return this.rows.delete(tx, userId, id);
  }

  /** Card and signature of an entry, sealed; nothing is stored. */
  make(
    open: OpenCaller,
    { id: entryId, version, entryDate, source, wrappedKey }: IndexPlace,
    written: Written,
    fallback: Language,
  ): { readonly indexed: IndexedEntry; readonly language: Language } {
    const { title, tags, mood } = written;
    const language = languageOfEntry(written, fallback);
    const card = makeCard({
      text: searchableText(written),
      date: entryDate,
      language,
      ...(title !== undefined && { title }),
      ...(tags !== undefined && { tags }),
      ...(mood !== undefined && { mood }),
    });
    const period = periodOf(entryDate, source !== null && PUBLIC_SOURCES.has(source));
    const signature = this.vault.signature(open, stemsOf(card), period);
    const sealed = this.vault.sealCard(open, { entryId, version }, wrappedKey, encodeCard(card));
    return { indexed: { entryId, date: entryDate, period, signature, sealed }, language };
  }

  /** The card of an entry that a query may find; null where its words alone show that it is not found. */
  openCard(open: OpenCaller, query: PreparedQuery, { id: entryId, version, ...sealed }: IndexedRow): Card | null {
    return decodeCandidate(query, this.vault.openCard(open, { entryId, version }, sealed));
  }

  /** The language of entries that do not show theirs: the user's. */
  async fallback(tx: Tx, { userId }: OpenCaller): Promise<Language> {
    const locale = await this.account.localeOf(tx, userId);
    return locale === null ? 'und' : languageOfTag(locale);
  }

  /** The same, looked up for an entry that needs it. */
  private async fallbackFor(tx: Tx, open: OpenCaller, written: Written): Promise<Language> {
    return languageOfEntry(written) === 'und' ? this.fallback(tx, open) : 'und';
  }
}
