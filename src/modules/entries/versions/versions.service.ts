import { toBase64url } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Database, type Tx } from '../../../platform/database/database.js';
import { Cursors } from '../../../platform/http/cursors.js';
import type { Match } from '../../../platform/http/if-match.js';
import { invalidRequest } from '../../../platform/http/invalid-request.js';
import type { PageQuery } from '../../../platform/http/page.js';
import type { Caller, UceCaller } from '../../auth/caller.js';
import { Vault } from '../../vault/vault.js';
import { EditsService } from '../edits.service.js';
import { VersionNotFound } from '../entries.problems.js';
import type { E2eChange, EntryId, WrittenEntryView } from '../entries.schema.js';
import type { EntryEntity } from '../entry.entity.js';
import { EntryReading } from '../entry-reading.js';
import type { NextVersion } from '../entry-writing.js';
import { toContentView, writtenOf } from '../entry.views.js';
import type { EntryVersionEntity } from './entry-version.entity.js';
import { VersionsRepository } from './versions.repository.js';
import type { Revert, VersionPageView, VersionView } from './versions.schema.js';

const Cursor = z.tuple([z.coerce.number().int().positive()]);

/** What an entry was before: listed, read, and made current again. */
@Injectable()
export class VersionsService {
  constructor(
    private readonly db: Database,
    private readonly versions: VersionsRepository,
    private readonly reading: EntryReading,
    private readonly edits: EditsService,
    private readonly vault: Vault,
    private readonly cursors: Cursors,
  ) {}

  /** The current version and those before it that are kept, newest first. @throws EntryNotFound, EntryErased */
  async list(caller: Caller, id: EntryId, { limit, cursor }: PageQuery): Promise<VersionPageView> {
    this.vault.assertUnlocked(caller);
    const before = cursor === undefined ? undefined : this.cursors.read(caller, cursor, Cursor)[0];
    const found = await this.db.asUser(caller, async (tx) => {
      const entry = await this.reading.find(tx, caller, id);
      const kept = await this.versions.list(tx, caller.userId, id, limit + 1, before);
      return before === undefined ? [current(entry), ...kept] : kept;
    });
    const { rows, next_cursor } = this.cursors.page(caller, found, limit, ({ version }) => [String(version)]);
    return { data: rows.map(outside), next_cursor };
  }

  /** @throws EntryNotFound, EntryErased, VersionNotFound */
  async read(caller: Caller, id: EntryId, version: number): Promise<VersionView> {
    this.vault.assertUnlocked(caller);
    const found = await this.db.asUser(caller, (tx) => this.find(tx, caller, id, version));
    if (caller.tier === 'uce') {
      const content = this.open(caller, found);
      return { tier: 'uce', ...outside(found), ...toContentView(content) };
    }
    const { sealed, wrappedKey } = found;
    return { tier: 'e2e', ...outside(found), sealed: toBase64url(sealed), wrapped_key: toBase64url(wrappedKey) };
  }

  /**
   * Makes an earlier version the next one; tags too. e2e clients seal it themselves, since it has another place now.
   * @throws EntryNotFound, EntryErased, VersionNotFound, EntryInTrash, EntryConflict, InvalidRequest
   */
  revert(caller: Caller, id: EntryId, version: number, match: Match, revert: Revert): Promise<WrittenEntryView> {
    return this.edits.change(caller, id, match, async (tx, entry): Promise<NextVersion> => {
      const earlier = await this.find(tx, caller, id, version);
      const { kind, entryDate } = earlier;
      if (caller.tier === 'e2e') {
        const change = sealedRevert(revert);
        return this.edits.acceptNext(
          tx,
          caller,
          entry,
          change,
          { kind, entryDate, tagTokens: change.tag_tokens },
          'reverted',
        );
      }
      const sent = Object.keys(revert);
      if (sent.length > 0)
        throw invalidRequest(sent.map((field) => ({ pointer: `#/${field}`, detail: 'is for e2e accounts: send {}' })));
      const written = writtenOf(this.open(caller, earlier), kind);
      return this.edits.sealNext(caller, entry, { type: 'reverted', entryDate, written });
    });
  }

  private async find(tx: Tx, caller: Caller, id: EntryId, version: number): Promise<EntryVersionEntity> {
    const entry = await this.reading.find(tx, caller, id);
    const found = entry.version === version ? current(entry) : await this.versions.find(tx, caller.userId, id, version);
    if (!found) throw new VersionNotFound();
    return found;
  }

  private open(caller: UceCaller, { entryId, version, prevEnvelopeHash: previousHash, ...sealed }: EntryVersionEntity) {
    return this.vault.open(caller, { entryId, version, ...(version > 1 && { previousHash }) }, sealed);
  }
}

/** The current version, in the form of the earlier ones. */
function current({ id: entryId, updatedAt: writtenAt, ...entry }: EntryEntity): EntryVersionEntity {
  return { ...entry, entryId, writtenAt };
}

const outside = (found: EntryVersionEntity) => ({
  version: found.version,
  kind: found.kind,
  entry_date: found.entryDate,
  device_id: found.deviceId,
  written_at: found.writtenAt.toISOString(),
  envelope_hash: toBase64url(found.envelopeHash),
  prev_envelope_hash: toBase64url(found.prevEnvelopeHash),
});

function sealedRevert({ version, prev_envelope_hash, sealed, ...rest }: Revert): E2eChange {
  if (version !== undefined && prev_envelope_hash && sealed) return { version, prev_envelope_hash, sealed, ...rest };
  const missing = Object.entries({ version, prev_envelope_hash, sealed }).filter(([, value]) => value === undefined);
  throw invalidRequest(
    missing.map(([field]) => ({
      pointer: `#/${field}`,
      detail: 'is missing: an e2e client seals the old content anew',
    })),
  );
}
