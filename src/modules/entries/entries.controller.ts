import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Accepts } from '../../platform/http/accepts.js';
import { PageQuery } from '../../platform/http/page.js';
import { Allows } from '../../platform/http/scopes.js';
import { AlsoReturns, Problems, Returns } from '../../platform/http/returns.js';
import { Repeatable, theOne } from '../../platform/idempotency/repeatable.js';
import { Locked } from '../auth/auth.problems.js';
import { type Caller, Me } from '../auth/caller.js';
import { OutOfStorage } from '../tiers/tiers.problems.js';
import { EntryIdTaken, EntryNotFound } from './entries.problems.js';
import { EntryDraft, EntryId, EntryPageView, EntryView, WrittenEntryView } from './entries.schema.js';
import { EntriesService } from './entries.service.js';
import { draftExamples } from './examples.js';

@ApiTags('entries')
@Controller('entries')
export class EntriesController {
  constructor(private readonly entries: EntriesService) {}

  @Post()
  @Allows('entries:write')
  @ApiOperation({
    summary: 'Write an entry',
    description: 'With an id of your own, sending the same entry again is harmless: it is created once.',
  })
  @Accepts(draftExamples)
  @Returns(WrittenEntryView, 'Created', 201)
  @AlsoReturns(WrittenEntryView, 'The same entry with the same id was there already', 200)
  @Problems(EntryIdTaken, Locked, OutOfStorage)
  @Repeatable(async ({ entries }: EntriesController, me: Caller, made, reply) => {
    const entry = await entries.readWritten(me, EntryId.parse(theOne(made).id));
    void reply.header('etag', `"${entry.version}"`);
    return entry;
  })
  async write(
    @Me() me: Caller,
    @Body({ schema: EntryDraft }) draft: EntryDraft,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { entry, isNew } = await this.entries.write(me, draft);
    void reply.status(isNew ? 201 : 200).header('etag', `"${entry.version}"`);
    return entry;
  }

  @Get()
  @Allows('entries:read')
  @ApiOperation({ summary: 'List entries, newest day first' })
  @Returns(EntryPageView, 'One page')
  @Problems(Locked)
  list(@Me() me: Caller, @Query({ schema: PageQuery }) query: PageQuery) {
    return this.entries.list(me, query);
  }

  @Get(':id')
  @Allows('entries:read')
  @ApiOperation({ summary: 'Read an entry' })
  @Returns(EntryView, 'The entry, as it is now')
  @Problems(EntryNotFound, Locked)
  async read(
    @Me() me: Caller,
    @Param('id', { schema: EntryId }) id: EntryId,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const entry = await this.entries.read(me, id);
    void reply.header('etag', `"${entry.version}"`);
    return entry;
  }
}
