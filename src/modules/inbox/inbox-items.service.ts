import { toBase64url } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Database, type Tx } from '../../platform/database/database.js';
import { Cursors } from '../../platform/http/cursors.js';
import { newId } from '../../platform/ids.js';
import type { Caller } from '../auth/caller.js';
import { ReceivingKeys } from '../auth/keys/receiving-keys.js';
import { Unlocked } from '../auth/unlocked.js';
import type { EntryId } from '../entries/entries.schema.js';
import { contentOf } from '../entries/entry.views.js';
import { toHistoryHead } from '../ledger/ledger.js';
import { Vault } from '../vault/vault.js';
import type { InboxItemEntity } from './inbox-item.entity.js';
import { InboxOpening } from './inbox-opening.js';
import { InboxRemoval } from './inbox-removal.js';
import { InboxRepository } from './inbox.repository.js';
import type { Arrival, ArrivedView, InboxPageView, InboxQuery, RecipientView } from './inbox.schema.js';
import { type Brought, InboxService } from './inbox.service.js';
import { toE2eItemView, toUceItemView } from './inbox.views.js';

/** A uce inbox is opened so many items at a time. */
const OPENED_MAX = 50;
const Cursor = z.tuple([z.string()]).transform(([seq]) => Number(seq));

/** What somebody brought, and whether it is new. */
export interface BroughtItem {
  readonly arrived: ArrivedView;
  readonly isNew: boolean;
}

/** The inbox as its owner sees it, and as the owner's scripts fill it. */
@Injectable()
export class InboxItemsService {
  constructor(
    private readonly db: Database,
    private readonly items: InboxRepository,
    private readonly inbox: InboxService,
    private readonly opening: InboxOpening,
    private readonly removal: InboxRemoval,
    private readonly receiving: ReceivingKeys,
    private readonly cursors: Cursors,
    private readonly vault: Vault,
    private readonly unlocked: Unlocked,
  ) {}

  /** To whom the caller's own scripts seal. */
  async recipient({ userId }: Caller): Promise<RecipientView> {
    return this.db.asUser({ userId }, async (tx) => {
      const { tier, publicKey } = await this.receiving.of(tx, userId);
      const statements = await this.receiving.statements(tx, userId);
      return { user_id: userId, tier, public_key: toBase64url(publicKey), key_log: statements.map(toBase64url) };
    });
  }

  /** @throws as `InboxService.bring` */
  async bring(caller: Caller, arrival: Arrival): Promise<BroughtItem> {
    return this.db.asUser(caller, async (tx) => {
      const { id, isNew, head } = await this.inbox.bring(tx, caller.userId, broughtBy(caller, arrival));
      caller.keyed?.made(isNew ? 201 : 200, { id });
      return { arrived: { id, history_head: toHistoryHead(head) }, isNew };
    });
  }

  /** What `bring` has answered, for something that was brought before. */
  async readArrived(caller: Caller, id: EntryId): Promise<ArrivedView> {
    return this.db.asUser(caller, async (tx) => ({
      id,
      history_head: toHistoryHead(await this.inbox.head(tx, caller)),
    }));
  }

  /**
   * One page, in the order in which items came. From then on what it tells of has its time. In the uce tier entries are
   * made of what waits, right after the answer.
   * @throws Locked
   */
  async list(caller: Caller, { limit, cursor, deleted }: InboxQuery): Promise<InboxPageView> {
    this.vault.assertUnlocked(caller);
    const of = { list: `inbox ${deleted}` };
    const after = cursor === undefined ? 0 : this.cursors.read(caller, cursor, Cursor, of);
    const size = Math.min(limit, OPENED_MAX);
    if (caller.tier === 'uce') this.unlocked.urge(this.vault.opened(caller));
    return this.db.asUser(caller, async (tx) => {
      const found = await this.items.list(tx, caller.userId, deleted, size + 1, after);
      const { rows, next_cursor } = this.cursors.page(caller, found, size, ({ seq }) => [String(seq)], of);
      const told = await this.removal.beginAll(tx, caller.userId, rows);
      return { data: await this.views(tx, caller, told), next_cursor };
    });
  }

  private async views(tx: Tx, caller: Caller, items: readonly InboxItemEntity[]): Promise<InboxPageView['data']> {
    if (caller.tier === 'e2e') return items.map(toE2eItemView);
    const contents = await this.opening.contents(tx, this.vault.opened(caller), items);
    return items.map((item, at) => toUceItemView(item, contents[at] ?? null));
  }
}

function broughtBy({ sessionId, apiKey }: Caller, { id = newId<EntryId>(), ...arrival }: Arrival): Brought {
  const { kind, entry_date: entryDate, source, external_id: externalId } = arrival;
  const bringer = apiKey
    ? ({ kind: 'api_key', id: apiKey.id } as const)
    : ({ kind: 'session', id: sessionId } as const);
  const content = 'sealed' in arrival ? { sealed: arrival.sealed, boxedKey: arrival.boxed_key } : contentOf(arrival);
  return { id, kind, entryDate, source, externalId, broughtBy: bringer, content };
}
