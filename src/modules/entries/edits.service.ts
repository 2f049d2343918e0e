import { equalBytes } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';
import { faultsOf, invalidRequest } from '../../platform/http/invalid-request.js';
import { assertMatch, type Match } from '../../platform/http/if-match.js';
import type { Caller, E2eCaller, UceCaller } from '../auth/caller.js';
import { Ledger } from '../ledger/ledger.js';
import { Vault } from '../vault/vault.js';
import { EntryConflict, EntryInTrash, TooManyContentKeys } from './entries.problems.js';
import {
  type E2eChange,
  type EntryId,
  type EntryPatch,
  type EntryReplacement,
  issuesOf,
  type UcePatch,
  type Written,
  type WrittenEntryView,
} from './entries.schema.js';
import type { EntryEntity } from './entry.entity.js';
import { EntryReading } from './entry-reading.js';
import { EntryWriting, type NextVersion, withHead } from './entry-writing.js';
import { contentOf, writtenOf } from './entry.views.js';
import { VersionsRepository } from './versions/versions.repository.js';

const CONTENT_KEYS_MAX = 10;

/** A change, as its maker wants it; given the entry as it is stored. */
export type Change = (tx: Tx, entry: EntryEntity) => Promise<NextVersion> | NextVersion;

/** Changing entries: each change is a new version, and the one before is kept. */
@Injectable()
export class EditsService {
  constructor(
    private readonly db: Database,
    private readonly versions: VersionsRepository,
    private readonly reading: EntryReading,
    private readonly writing: EntryWriting,
    private readonly vault: Vault,
    private readonly ledger: Ledger,
  ) {}

  /** @throws EntryNotFound, EntryErased, EntryInTrash, EntryConflict, OutOfStorage */
  replace(caller: Caller, id: EntryId, match: Match, replacement: EntryReplacement): Promise<WrittenEntryView> {
    return this.change(caller, id, match, (tx, entry) => {
      const entryDate = replacement.entry_date ?? null;
      const mediaIds = replacement.media_ids ?? [];
      if (caller.tier === 'e2e')
        return this.acceptNext(tx, caller, entry, sealedChange(replacement), {
          kind: replacement.kind,
          entryDate,
          tagTokens: sealedChange(replacement).tag_tokens ?? [],
          mediaIds,
        });
      return this.sealNext(caller, entry, { type: 'updated', entryDate, mediaIds, written: plainChange(replacement) });
    });
  }

  /** @throws as `replace` */
  patch(caller: Caller, id: EntryId, match: Match, patch: EntryPatch): Promise<WrittenEntryView> {
    return this.change(caller, id, match, (tx, entry) => {
      const entryDate = patch.entry_date === undefined ? entry.entryDate : patch.entry_date;
      const mediaIds = patch.media_ids === null ? [] : patch.media_ids;
      if (caller.tier === 'e2e') {
        const change = sealedChange(patch);
        const kind = patch.kind ?? entry.kind;
        return this.acceptNext(tx, caller, entry, change, { kind, entryDate, mediaIds, tagTokens: change.tag_tokens });
      }
      const before = writtenOf(this.reading.open(caller, entry), entry.kind);
      const written = merged(before, plainChange(patch));
      const issues = issuesOf(written);
      if (issues.length > 0) throw invalidRequest(faultsOf(issues));
      return this.sealNext(caller, entry, { type: 'updated', entryDate, mediaIds, written });
    });
  }

  /** One change in one transaction, on the version that is stored. */
  async change(caller: Caller, id: EntryId, match: Match, change: Change): Promise<WrittenEntryView> {
    this.vault.assertUnlocked(caller);
    return this.db.asUser(caller, async (tx) => {
      const locked = await this.ledger.lock(tx, caller.userId);
      const stored = await this.reading.find(tx, caller, id);
      if (stored.deletedAt) throw new EntryInTrash();
      assertMatch(match, stored.version, () => new EntryConflict({ current_version: stored.version }));
      const next = await change(tx, stored);
      const { entry, head } = await this.writing.replace(tx, caller, locked, stored, next);
      caller.keyed?.made(200, entry);
      return withHead(await this.reading.view(tx, caller, entry), head);
    });
  }

  /** The next version of a uce entry, under the content key of the one before. */
  sealNext(
    caller: UceCaller,
    { id: entryId, version, envelopeHash, wrappedKey }: EntryEntity,
    { type, entryDate, mediaIds, written }: Pick<NextVersion, 'type' | 'entryDate' | 'mediaIds'> & { written: Written },
  ): NextVersion {
    const place = { entryId, version: version + 1, previousHash: envelopeHash };
    const sealed = this.vault.seal(caller, place, contentOf(written), wrappedKey);
    return { type, kind: written.kind, entryDate, mediaIds, written, ...sealed };
  }

  /** The next version that an e2e client sealed: it must follow the stored one. @throws EntryConflict, InvalidRequest */
  async acceptNext(
    tx: Tx,
    caller: E2eCaller,
    entry: EntryEntity,
    change: E2eChange,
    outside: Pick<NextVersion, 'kind' | 'entryDate' | 'tagTokens' | 'mediaIds'>,
    type: NextVersion['type'] = 'updated',
  ): Promise<NextVersion> {
    if (change.version !== entry.version + 1) throw new EntryConflict({ current_version: entry.version });
    if (!equalBytes(change.prev_envelope_hash, entry.envelopeHash))
      throw invalidRequest([
        { pointer: '#/prev_envelope_hash', detail: 'is not the hash of the envelope of the stored version' },
      ]);
    const wrappedKey = change.wrapped_key ?? entry.wrappedKey;
    this.vault.accept(caller, { sealed: change.sealed, wrappedKey });
    if (change.wrapped_key) await this.assertMayHaveKey(tx, entry, change.wrapped_key);
    return { type, ...outside, sealed: change.sealed, wrappedKey };
  }

  private async assertMayHaveKey(tx: Tx, { userId, id, wrappedKey }: EntryEntity, another: Uint8Array): Promise<void> {
    const keys = [wrappedKey, ...(await this.versions.listKeys(tx, userId, id)), another];
    const distinct = new Set(keys.map((key) => Buffer.from(key).toString('latin1')));
    if (distinct.size > CONTENT_KEYS_MAX) throw new TooManyContentKeys({ limit: CONTENT_KEYS_MAX });
  }
}

const isSealed = (change: EntryPatch | EntryReplacement): change is E2eChange => 'sealed' in change;

function sealedChange(change: EntryPatch | EntryReplacement): E2eChange {
  if (isSealed(change)) return change;
  throw invalidRequest([
    { pointer: '#/sealed', detail: 'is missing: your account is e2e, every change is sealed anew' },
  ]);
}

function plainChange<Change extends EntryPatch | EntryReplacement>(change: Change): Exclude<Change, E2eChange> {
  if (isSealed(change))
    throw invalidRequest([{ pointer: '#/sealed', detail: 'is for e2e accounts; yours is uce: send content' }]);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the other half of the union
  return change as Exclude<Change, E2eChange>;
}

/** `patch` on what was written (RFC 7396): absent fields stay, null ones are cleared. Places and data are given whole. */
function merged(before: Written, patch: UcePatch): Written {
  const { entry_date: _, ...changes } = patch;
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  return { ...before, ...Object.fromEntries(given.map(([field, value]) => [field, value ?? undefined])) };
}
