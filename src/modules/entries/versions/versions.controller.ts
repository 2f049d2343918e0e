import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Accepts } from '../../../platform/http/accepts.js';
import { IfMatch, type Match, TakesIfMatch } from '../../../platform/http/if-match.js';
import { PageQuery } from '../../../platform/http/page.js';
import { Problems, Returns } from '../../../platform/http/returns.js';
import { Allows } from '../../../platform/http/scopes.js';
import { Repeatable, theOne } from '../../../platform/idempotency/repeatable.js';
import { Locked } from '../../auth/auth.problems.js';
import { type Caller, Me } from '../../auth/caller.js';
import { OutOfStorage } from '../../tiers/tiers.problems.js';
import {
  EntryConflict,
  EntryErased,
  EntryInTrash,
  EntryNotFound,
  TooManyContentKeys,
  VersionNotFound,
} from '../entries.problems.js';
import { EntryId, WrittenEntryView } from '../entries.schema.js';
import { EntriesService } from '../entries.service.js';
import { revertExamples } from '../examples.js';
import { Revert, VersionNumber, VersionPageView, VersionView } from './versions.schema.js';
import { VersionsService } from './versions.service.js';

@ApiTags('entries')
@Controller('entries/:id/versions')
export class VersionsController {
  constructor(
    private readonly versions: VersionsService,
    readonly entries: EntriesService,
  ) {}

  @Get()
  @Allows('entries:read')
  @ApiOperation({ summary: 'The versions of an entry that are kept', description: 'The current one first.' })
  @Returns(VersionPageView, 'What is known of each without opening it')
  @Problems(EntryNotFound, EntryErased, Locked)
  list(
    @Me() me: Caller,
    @Param('id', { schema: EntryId }) id: EntryId,
    @Query({ schema: PageQuery }) query: PageQuery,
  ) {
    return this.versions.list(me, id, query);
  }

  @Get(':version')
  @Allows('entries:read')
  @ApiOperation({
    summary: 'What an entry was in one version',
    description:
      'The current one too. uce: opened by the server. e2e: as its client sealed it then, with the key of that version. ' +
      'How many are kept is a setting of the account.',
  })
  @Returns(VersionView, 'The version')
  @Problems(EntryNotFound, EntryErased, VersionNotFound, Locked)
  read(
    @Me() me: Caller,
    @Param('id', { schema: EntryId }) id: EntryId,
    @Param('version', { schema: VersionNumber }) version: number,
  ) {
    return this.versions.read(me, id, version);
  }

  @Post(':version/revert')
  @Allows('entries:write')
  @TakesIfMatch()
  @ApiOperation({
    summary: 'Make an earlier version current again',
    description: 'As a new version: nothing is lost. e2e clients seal the old content anew, for its new place.',
  })
  @Accepts(revertExamples)
  @Returns(WrittenEntryView, 'The entry as it is now')
  @Problems(
    EntryNotFound,
    EntryErased,
    VersionNotFound,
    EntryInTrash,
    EntryConflict,
    TooManyContentKeys,
    Locked,
    OutOfStorage,
  )
  @Repeatable(async ({ entries }: VersionsController, me: Caller, made, reply) => {
    const entry = await entries.readWritten(me, EntryId.parse(theOne(made).id));
    void reply.header('etag', `"${entry.version}"`);
    return entry;
  })
  async revert(
    @Me() me: Caller,
    @Param('id', { schema: EntryId }) id: EntryId,
    @Param('version', { schema: VersionNumber }) version: number,
    @IfMatch() match: Match,
    @Body({ schema: Revert }) revert: Revert,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const entry = await this.versions.revert(me, id, version, match, revert);
    void reply.header('etag', `"${entry.version}"`);
    return entry;
  }
}
