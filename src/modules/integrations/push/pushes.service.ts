import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import { Database, type Tx } from '../../../platform/database/database.js';
import { Due } from '../../../platform/database/due.js';
import { invalidRequest } from '../../../platform/http/invalid-request.js';
import { Jobs } from '../../../platform/jobs/jobs.js';
import type { JobBegunView } from '../../../platform/jobs/jobs.schema.js';
import { Outbox } from '../../../platform/queue/outbox.js';
import { ServerSecrets } from '../../../platform/secrets/server-secrets.js';
import type { Caller } from '../../auth/caller.js';
import { EntriesService } from '../../entries/entries.service.js';
import type { EntryView } from '../../entries/entries.schema.js';
import { Ledger } from '../../ledger/ledger.js';
import type { ConnectionEntity } from '../connections/connection.entity.js';
import { ConnectionsRepository } from '../connections/connections.repository.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { FacebookPushAsked } from '../integrations.events.js';
import { NoPage, PageNotFound, PermissionMissing } from '../integrations.problems.js';
import { type FacebookPush, isTooLong } from '../integrations.schema.js';
import { PublicationsRepository } from './publications.repository.js';
import { PUSH, RETRY_FIRST_MS } from './push-task.js';

/** Below the fifteen minutes that are promised: what has expired is taken away within a minute. */
const WAITING_MS = 13 * 60_000;
const PUBLISHING = 'pages_manage_posts';

/** Publishing an entry on a page, because its owner asks for it: the text is taken from the request alone. */
@Injectable()
export class PushesService {
  constructor(
    private readonly db: Database,
    private readonly entries: EntriesService,
    private readonly connections: ConnectionsRepository,
    private readonly standing: ConnectionsService,
    private readonly publications: PublicationsRepository,
    private readonly secrets: ServerSecrets,
    private readonly jobs: Jobs,
    private readonly ledger: Ledger,
    private readonly due: Due,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /** @throws EntryNotFound, EntryErased, NotConnected, NeedsReconnect, FacebookLimited, PermissionMissing, NoPage, PageNotFound */
  async ask(caller: Caller, { entry_id: entryId, page_id: wantedPage, text }: FacebookPush): Promise<JobBegunView> {
    const message = messageOf(await this.entries.read(caller, entryId), text);
    const { userId, tier, sessionId, deviceId } = caller;
    return this.db.asUser(caller, async (tx) => {
      await this.ledger.lock(tx, userId);
      const connection = await this.standing.usable(tx, caller);
      const pageId = await this.choosePage(tx, connection, wantedPage);
      const job = await this.jobs.begin(tx, caller, PUSH, 1);
      const { id } = job;
      const { sealed: sealedText, serverKeyId } = this.secrets.seal({ userId, tier, objectId: id }, message);
      await this.publications.insert(tx, {
        userId,
        id,
        connectionId: connection.id,
        pageId,
        entryId,
        deviceId,
        sessionId,
        tier,
        sealedText,
        serverKeyId,
        attempts: 0,
        attemptedAt: null,
        leasedUntil: null,
        expiresAt: this.clock.in(WAITING_MS),
      });
      await this.due.set(tx, userId, PUSH, id, this.clock.in(RETRY_FIRST_MS));
      await this.outbox.add(tx, FacebookPushAsked, { userId, jobId: id });
      caller.keyed?.made(202, { id });
      return { job_id: id };
    });
  }

  private async choosePage(tx: Tx, connection: ConnectionEntity, wanted: string | undefined): Promise<string> {
    const pages = await this.connections.listPages(tx, connection);
    const [first, ...others] = pages;
    if (!first) throw new NoPage();
    if (!connection.scopes.includes(PUBLISHING)) throw new PermissionMissing();
    if (wanted === undefined && others.length > 0)
      throw invalidRequest([{ pointer: '#/page_id', detail: 'is needed, since you have connected several pages' }]);
    if (wanted === undefined) return first.pageId;
    if (!pages.some(({ pageId }) => pageId === wanted)) throw new PageNotFound();
    return wanted;
  }
}

/** @throws InvalidRequest where there is nothing to publish, or too much */
function messageOf(entry: EntryView, text: string | undefined): string {
  if (text !== undefined) return text;
  if (entry.tier === 'e2e')
    throw invalidRequest([{ pointer: '#/text', detail: 'is needed: the server cannot read your entry' }]);
  const message = [entry.title, entry.content].filter((part) => part !== null && part.trim() !== '').join('\n\n');
  if (message === '') throw invalidRequest([{ pointer: '#/text', detail: 'is needed: the entry has no text' }]);
  if (isTooLong(message)) throw invalidRequest([{ pointer: '#/text', detail: 'is needed: the entry is too long' }]);
  return message;
}
