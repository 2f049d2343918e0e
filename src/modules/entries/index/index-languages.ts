import { utf8 } from '@daybook/sdk/crypto';
import { type Language, languages } from '@daybook/sdk/search';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Tx } from '../../../platform/database/database.js';
import { newId } from '../../../platform/ids.js';
import type { OpenCaller } from '../../auth/caller.js';
import { Vault } from '../../vault/vault.js';
import { IndexRepository } from './index.repository.js';

const Kept = z.object({ v: z.literal(1), languages: z.array(z.enum(languages)) });

/**
 * Which languages a user's entries are in, or have been in: a query is stemmed in each of them. Sealed, and always of the
 * same size, so that the database learns the language of no entry.
 */
@Injectable()
export class IndexLanguages {
  constructor(
    private readonly rows: IndexRepository,
    private readonly vault: Vault,
  ) {}

  async of(tx: Tx, open: OpenCaller): Promise<Language[]> {
    const row = await this.rows.findLanguages(tx, open.userId);
    if (!row) return [];
    const plaintext = this.vault.openSettings(open, row.id, row);
    return Kept.parse(JSON.parse(Buffer.from(plaintext).toString('utf8'))).languages;
  }

  /** Adds languages; the transaction has locked the user's history, so no two add at once. */
  async add(tx: Tx, open: OpenCaller, more: readonly Language[]): Promise<void> {
    const known = await this.of(tx, open);
    const all = languages.filter((language) => known.includes(language) || more.includes(language));
    if (all.length === known.length) return;
    const id = newId();
    const sealed = this.vault.sealSettings(open, id, utf8(JSON.stringify({ v: 1, languages: all })));
    await this.rows.putLanguages(tx, open.userId, { id, ...sealed });
  }
}
