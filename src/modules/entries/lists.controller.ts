import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Accepts } from '../../platform/http/accepts.js';
import { LargeBody } from '../../platform/http/large-body.js';
import { Problems, Returns } from '../../platform/http/returns.js';
import { Allows } from '../../platform/http/scopes.js';
import { Repeatable } from '../../platform/idempotency/repeatable.js';
import { Locked } from '../auth/auth.problems.js';
import { type Caller, Me } from '../auth/caller.js';
import { BatchesService } from './batches.service.js';
import { EntryPageView } from './entries.schema.js';
import { batchExamples, idsExamples, queryExamples } from './examples.js';
import { EntryBatch, EntryBatchView, EntryIds, EntryListQuery, EntryQuery, EntrySetView } from './lists.schema.js';
import { ListsService } from './lists.service.js';

@ApiTags('entries')
@Controller('entries')
export class ListsController {
  constructor(
    private readonly lists: ListsService,
    private readonly batches: BatchesService,
  ) {}

  @Get()
  @Allows('entries:read')
  @ApiOperation({
    summary: 'List entries, newest day first',
    description:
      'Whole entries, without the trash unless `deleted` asks for it. One without a day stands at the day (UTC) on which ' +
      'it was written. Pages do not shift when something is written in between.',
  })
  @Returns(EntryPageView, 'One page')
  @Problems(Locked)
  list(@Me() me: Caller, @Query({ schema: EntryListQuery }) query: EntryListQuery) {
    return this.lists.list(me, query);
  }

  @Post('query')
  @Allows('entries:read')
  @ApiOperation({
    summary: 'List entries, also by what must not be in a URL',
    description:
      'By tags, and for uce by mood and place, which are looked at after decryption: a page may have fewer entries than ' +
      'asked for, or none, and still a next one.',
  })
  @Accepts(queryExamples)
  @Returns(EntryPageView, 'One page')
  @Problems(Locked)
  query(@Me() me: Caller, @Body({ schema: EntryQuery }) query: EntryQuery) {
    return this.lists.query(me, query);
  }

  @Post('batch')
  @LargeBody()
  @Allows('entries:write')
  @ApiOperation({
    summary: 'Write up to 300 entries',
    description: 'One result for each, as POST /entries would have answered; what is refused does not stop the others.',
  })
  @Accepts(batchExamples)
  @Returns(EntryBatchView, 'One result for each entry, in their order')
  @Problems(Locked)
  @Repeatable(({ batches }: ListsController, me: Caller, made) => batches.readWritten(me, made))
  writeAll(@Me() me: Caller, @Body({ schema: EntryBatch }) batch: EntryBatch) {
    return this.batches.write(me, batch);
  }

  @Post('batch/get')
  @Allows('entries:read')
  @ApiOperation({
    summary: 'Read up to 300 entries by their ids',
    description:
      'One answer for all of them, also of those in the trash (`deleted_at`). An id that is sent twice is answered once.',
  })
  @Accepts(idsExamples)
  @Returns(EntrySetView, 'Those that are there; and which were erased, and which are not there')
  @Problems(Locked)
  readAll(@Me() me: Caller, @Body({ schema: EntryIds }) ids: EntryIds) {
    return this.lists.get(me, ids);
  }
}
