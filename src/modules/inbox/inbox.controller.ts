import { Body, Controller, Delete, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Accepts } from '../../platform/http/accepts.js';
import { AlsoReturns, Problems, Returns } from '../../platform/http/returns.js';
import { Allows } from '../../platform/http/scopes.js';
import { Repeatable, theOne } from '../../platform/idempotency/repeatable.js';
import { Locked } from '../auth/auth.problems.js';
import { type Caller, Me } from '../auth/caller.js';
import { EntryErased, EntryIdTaken } from '../entries/entries.problems.js';
import { EntryId, WrittenEntryView } from '../entries/entries.schema.js';
import { EntriesService } from '../entries/entries.service.js';
import { OutOfStorage } from '../tiers/tiers.problems.js';
import { acceptanceExamples, arrivalExamples } from './examples.js';
import { InboxAnswersService } from './inbox-answers.service.js';
import { InboxItemsService } from './inbox-items.service.js';
import { InboxFull, InboxIdTaken, InboxItemNotFound, InboxItemUnreadable } from './inbox.problems.js';
import {
  Acceptance,
  Arrival,
  ArrivedView,
  InboxPageView,
  InboxQuery,
  MovedItemView,
  RecipientView,
} from './inbox.schema.js';

@ApiTags('inbox')
@Controller('inbox')
export class InboxController {
  constructor(
    readonly items: InboxItemsService,
    readonly answers: InboxAnswersService,
    readonly entries: EntriesService,
  ) {}

  @Post()
  @Allows('inbox:write')
  @ApiOperation({
    summary: 'Bring something into the inbox',
    description:
      'For scripts and services: an API key with inbox:write can do this and nothing else, and opens nothing. Seal it to ' +
      'the owner’s key (GET /inbox/recipient), or let the server do so. In the uce tier it becomes an entry in a later ' +
      'request of the owner’s own; in the e2e tier, when a client of the owner’s accepts it.',
  })
  @Accepts(arrivalExamples)
  @Returns(ArrivedView, 'It is in the inbox', 201)
  @AlsoReturns(ArrivedView, 'It was brought already', 200)
  @Problems(InboxIdTaken, InboxFull, EntryErased, OutOfStorage)
  @Repeatable(({ items }: InboxController, me: Caller, made) => items.readArrived(me, EntryId.parse(theOne(made).id)))
  async bring(
    @Me() me: Caller,
    @Body({ schema: Arrival }) arrival: Arrival,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { arrived, isNew } = await this.items.bring(me, arrival);
    void reply.status(isNew ? 201 : 200);
    return arrived;
  }

  @Get('recipient')
  @Allows('inbox:write')
  @ApiOperation({ summary: 'The key to seal to', description: 'With the signed log that proves whose it is.' })
  @Returns(RecipientView, 'The owner’s public key')
  recipient(@Me() me: Caller) {
    return this.items.recipient(me);
  }

  @Get()
  @ApiOperation({
    summary: 'What waits in the inbox',
    description:
      'In the order in which it came, at most 50 at a time. What was told of is erased 14 days later if it does not ' +
      'become an entry. In the uce tier entries are made of what waits by itself, right after this answer and once a ' +
      'minute beside other requests; what stays has a state that says why.',
  })
  @Returns(InboxPageView, 'A page')
  @Problems(Locked)
  list(@Me() me: Caller, @Query({ schema: InboxQuery }) query: InboxQuery) {
    return this.items.list(me, query);
  }

  @Post(':id/accept')
  @ApiOperation({
    summary: 'Make an entry of an item',
    description: 'Sealed anew, under a key that nobody else ever had. Accepting again answers the entry as it is.',
  })
  @Accepts(acceptanceExamples)
  @Returns(WrittenEntryView, 'The entry')
  @Problems(InboxItemNotFound, InboxItemUnreadable, EntryErased, EntryIdTaken, OutOfStorage, Locked)
  @Repeatable(async ({ entries }: InboxController, me: Caller, made, reply) => {
    const entry = await entries.readWritten(me, EntryId.parse(theOne(made).id));
    void reply.header('etag', `"${entry.version}"`);
    return entry;
  })
  async accept(
    @Me() me: Caller,
    @Param('id', { schema: EntryId }) id: EntryId,
    @Body({ schema: Acceptance }) acceptance: Acceptance,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const entry = await this.answers.accept(me, id, acceptance);
    void reply.header('etag', `"${entry.version}"`);
    return entry;
  }

  @Delete(':id')
  @ApiOperation({ summary: 'Discard an item', description: 'It can be restored for 14 days; then it is erased.' })
  @Returns(MovedItemView, 'It is discarded')
  @Problems(InboxItemNotFound)
  discard(@Me() me: Caller, @Param('id', { schema: EntryId }) id: EntryId) {
    return this.answers.discard(me, id);
  }

  @Post(':id/restore')
  @ApiOperation({
    summary: 'Take back an item that was discarded',
    description:
      'Its 14 days begin anew, and one that could not be opened is tried again. An item that was not discarded stays as ' +
      'it is.',
  })
  @Returns(MovedItemView, 'It waits again')
  @Problems(InboxItemNotFound)
  @Repeatable(({ answers }: InboxController, me: Caller, made) => answers.readMoved(me, EntryId.parse(theOne(made).id)))
  restore(@Me() me: Caller, @Param('id', { schema: EntryId }) id: EntryId) {
    return this.answers.restore(me, id);
  }
}
