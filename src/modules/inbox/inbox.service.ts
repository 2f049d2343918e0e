import { type BoxedEntry, type EntryContent, envelopeHash, equalBytes } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock.js';
import type { Principal, Tx } from '../../platform/database/database.js';
import type { UserId } from '../../platform/ids.js';
import { ReceivingKeys } from '../auth/keys/receiving-keys.js';
import { Arrivals } from '../entries/arrivals.js';
import { EntryErased } from '../entries/entries.problems.js';
import type { EntryId } from '../entries/entries.schema.js';
import type { EntryKind } from '../entries/kinds.js';
import { Ledger, type LedgerHead } from '../ledger/ledger.js';
import { Storage } from '../tiers/storage.js';
import { Vault } from '../vault/vault.js';
import type { Bringer, InboxItemEntity } from './inbox-item.entity.js';
import { InboxFull, InboxIdTaken } from './inbox.problems.js';
import { InboxRepository } from './inbox.repository.js';

const ITEMS_MAX = 10_000;

/** Something for the diary of somebody who is away. */
export interface Brought {
  /** Of the entry to come. */
  readonly id: EntryId;
  readonly kind?: EntryKind;
  readonly entryDate?: string | undefined;
  readonly source?: string | undefined;
  /** What the source calls it: it is brought once. */
  readonly externalId?: string | undefined;
  readonly broughtBy: { readonly kind: Bringer; readonly id: string | null };
  readonly content: EntryContent | BoxedEntry;
}

/** Where something that was brought is: new in the inbox, or there before, as item or as entry. */
export interface Arrived {
  readonly id: EntryId;
  readonly isNew: boolean;
  readonly head: LedgerHead;
}

/** Takes what comes for users who are away, sealed to their public keys: the server opens none of it again without them. */
@Injectable()
export class InboxService {
  constructor(
    private readonly items: InboxRepository,
    private readonly arrivals: Arrivals,
    private readonly receiving: ReceivingKeys,
    private readonly storage: Storage,
    private readonly vault: Vault,
    private readonly ledger: Ledger,
    private readonly clock: Clock,
  ) {}

  /**
   * Puts something into a user's inbox, once; seals it where it is not sealed yet. Needs no key of the user's.
   * @throws OutOfStorage, InboxFull: nothing was stored, and may be brought again; EntryErased, InboxIdTaken, InvalidRequest:
   *   it never can be
   */
  async bring(tx: Tx, userId: UserId, brought: Brought): Promise<Arrived> {
    const head = await this.ledger.lock(tx, userId);
    const { id, source = null, externalId = null } = brought;
    const arriving = { id, source, externalId };
    if (await this.arrivals.isErased(tx, userId, id)) throw new EntryErased();
    const waiting = await this.items.findArrived(tx, userId, arriving);
    if (waiting && isOther(waiting, brought)) throw new InboxIdTaken();
    const known = waiting ?? (await this.arrivals.find(tx, userId, arriving));
    if (known) return { id: known.id, isNew: false, head };
    if ((await this.items.count(tx, userId)) >= ITEMS_MAX) throw new InboxFull();
    return this.keep(tx, userId, head, brought);
  }

  /** Where the history stands. */
  head(tx: Tx, { userId }: Principal): Promise<LedgerHead> {
    return this.ledger.lock(tx, userId);
  }

  private async keep(tx: Tx, userId: UserId, head: LedgerHead, brought: Brought): Promise<Arrived> {
    const { id, kind = 'diary', entryDate = null, source = null, externalId = null, broughtBy, content } = brought;
    const recipient = { userId, ...(await this.receiving.of(tx, userId)) };
    if (isBoxed(content)) this.vault.acceptBoxed(recipient, content);
    const { sealed, boxedKey } = isBoxed(content) ? content : this.vault.box(recipient, id, content);
    await this.storage.assertRoom(tx, userId, { bytes: sealed.length + boxedKey.length });
    const event = { type: 'brought', entryId: id, version: 1, deviceId: null, sessionId: null } as const;
    const next = await this.ledger.append(tx, userId, head, { ...event, envelopeHash: envelopeHash(sealed) });
    await this.items.insert(tx, {
      userId,
      id,
      seq: next.seq,
      kind,
      entryDate,
      source,
      externalId,
      broughtBy: broughtBy.kind,
      broughtById: broughtBy.id,
      sealedBy: isBoxed(content) ? 'client' : 'server',
      sealed,
      boxedKey,
      fault: null,
      createdAt: this.clock.now(),
      expiresAt: null,
      deletedAt: null,
    });
    return { id, isNew: true, head: next };
  }
}

const isBoxed = (content: EntryContent | BoxedEntry): content is BoxedEntry => 'boxedKey' in content;

/** Whether what waits under the id of `brought` is something else, as far as can be told without opening it. */
const isOther = (waiting: InboxItemEntity, { id, content }: Brought): boolean =>
  waiting.id === id && isBoxed(content) && !equalBytes(waiting.sealed, content.sealed);
