import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Accepts } from '../../platform/http/accepts.js';
import { IfMatch, type Match, TakesIfMatch } from '../../platform/http/if-match.js';
import { AlsoReturns, Problems, Returns } from '../../platform/http/returns.js';
import { Allows } from '../../platform/http/scopes.js';
import { Repeatable, theOne } from '../../platform/idempotency/repeatable.js';
import { Locked } from '../auth/auth.problems.js';
import { type Caller, Me } from '../auth/caller.js';
import { OutOfStorage } from '../tiers/tiers.problems.js';
import { EditsService } from './edits.service.js';
import {
  EntryConflict,
  EntryErased,
  EntryIdTaken,
  EntryInTrash,
  EntryNotFound,
  IfMatchRequired,
  TooManyContentKeys,
} from './entries.problems.js';
import { EntriesService } from './entries.service.js';
import {
  EntryDraft,
  EntryId,
  EntryPatch,
  EntryReplacement,
  EntryView,
  RemovedEntryView,
  WrittenEntryView,
} from './entries.schema.js';
import { draftExamples, patchExamples, replacementExamples } from './examples.js';
import { kindList, KindListView } from './kinds.js';
import { DeletionQuery } from './lists.schema.js';
import { TrashService } from './trash.service.js';

@ApiTags('entries')
@Controller('entries')
export class EntriesController {
  constructor(
    private readonly entries: EntriesService,
    private readonly edits: EditsService,
    private readonly trash: TrashService,
  ) {}

  @Post()
  @Allows('entries:write')
  @ApiOperation({
    summary: 'Write an entry',
    description:
      'With an id of your own, sending the same entry again is harmless: it is created once. What a source calls by an ' +
      'external_id is brought in once too: later sendings answer the entry that is there.',
  })
  @Accepts(draftExamples)
  @Returns(WrittenEntryView, 'Created', 201)
  @AlsoReturns(WrittenEntryView, 'It was there already', 200)
  @Problems(EntryIdTaken, EntryErased, Locked, OutOfStorage)
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

  @Get('kinds')
  @Allows('entries:read')
  @ApiOperation({
    summary: 'The kinds of entries, with their questions and the schema of data',
    description:
      'The same for every account; kinds are added and never taken away. `data` of a uce entry is checked by the schema; ' +
      'of an e2e entry that is up to its client.',
  })
  @Returns(KindListView, 'All kinds')
  kinds() {
    return kindList();
  }

  @Get(':id')
  @Allows('entries:read')
  @ApiOperation({
    summary: 'Read an entry',
    description:
      'Also one that is in the trash: `deleted_at` says so. The `ETag` is its version, for If-Match of a change. An ' +
      'entry that was erased is 410, not 404.',
  })
  @Returns(EntryView, 'The entry, as it is now')
  @Problems(EntryNotFound, EntryErased, Locked)
  async read(
    @Me() me: Caller,
    @Param('id', { schema: EntryId }) id: EntryId,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const entry = await this.entries.read(me, id);
    void reply.header('etag', `"${entry.version}"`);
    return entry;
  }

  @Put(':id')
  @Allows('entries:write')
  @TakesIfMatch()
  @ApiOperation({
    summary: 'Replace an entry',
    description:
      'Makes a new version and keeps the one before. With If-Match, only when it is the version that is meant.',
  })
  @Accepts(replacementExamples)
  @Returns(WrittenEntryView, 'The entry as it is now')
  @Problems(EntryNotFound, EntryErased, EntryInTrash, EntryConflict, TooManyContentKeys, Locked, OutOfStorage)
  async replace(
    @Me() me: Caller,
    @Param('id', { schema: EntryId }) id: EntryId,
    @IfMatch() match: Match,
    @Body({ schema: EntryReplacement }) replacement: EntryReplacement,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const entry = await this.edits.replace(me, id, match, replacement);
    void reply.header('etag', `"${entry.version}"`);
    return entry;
  }

  @Patch(':id')
  @Allows('entries:write')
  @TakesIfMatch()
  @ApiOperation({
    summary: 'Change some of an entry',
    description: 'JSON Merge Patch (RFC 7396): absent fields stay, null ones are cleared. Makes a new version.',
  })
  @Accepts(patchExamples)
  @Returns(WrittenEntryView, 'The entry as it is now')
  @Problems(EntryNotFound, EntryErased, EntryInTrash, EntryConflict, TooManyContentKeys, Locked, OutOfStorage)
  async patch(
    @Me() me: Caller,
    @Param('id', { schema: EntryId }) id: EntryId,
    @IfMatch() match: Match,
    @Body({ schema: EntryPatch }) patch: EntryPatch,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const entry = await this.edits.patch(me, id, match, patch);
    void reply.header('etag', `"${entry.version}"`);
    return entry;
  }

  @Delete(':id')
  @Allows('entries:write')
  @TakesIfMatch()
  @ApiOperation({
    summary: 'Put an entry into the trash, or erase it',
    description:
      'The trash keeps it for 30 days. `?permanent=true` erases it now, keys, versions and all: that needs If-Match, and ' +
      'cannot be undone.',
  })
  @Returns(RemovedEntryView, 'It is in the trash, or erased')
  @Problems(EntryNotFound, EntryErased, EntryConflict, IfMatchRequired, Locked)
  remove(
    @Me() me: Caller,
    @Param('id', { schema: EntryId }) id: EntryId,
    @IfMatch() match: Match,
    @Query({ schema: DeletionQuery }) { permanent }: DeletionQuery,
  ) {
    return permanent ? this.trash.erase(me, id, match) : this.trash.delete(me, id, match);
  }

  @Post(':id/restore')
  @Allows('entries:write')
  @ApiOperation({
    summary: 'Take an entry out of the trash',
    description:
      'It has the version that it had, and uce search finds it again. An entry that is not in the trash stays as it is.',
  })
  @Returns(WrittenEntryView, 'The entry, where it was')
  @Problems(EntryNotFound, EntryErased, Locked)
  @Repeatable(async ({ entries }: EntriesController, me: Caller, made, reply) => {
    const entry = await entries.readWritten(me, EntryId.parse(theOne(made).id));
    void reply.header('etag', `"${entry.version}"`);
    return entry;
  })
  async restore(
    @Me() me: Caller,
    @Param('id', { schema: EntryId }) id: EntryId,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const entry = await this.trash.restore(me, id);
    void reply.header('etag', `"${entry.version}"`);
    return entry;
  }
}
