import { Body, Controller, Get, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Accepts } from '../../platform/http/accepts.js';
import { Problems, Returns } from '../../platform/http/returns.js';
import { Allows } from '../../platform/http/scopes.js';
import { JobBegunView } from '../../platform/jobs/jobs.schema.js';
import { Limited } from '../../platform/limits/limited.js';
import { Locked } from '../auth/auth.problems.js';
import { Me, type UceCaller } from '../auth/caller.js';
import { OnlyFor } from '../tiers/tier.guard.js';
import { searchExamples } from './examples.js';
import { IndexingService } from './indexing.service.js';
import { searchLimit } from './search.limits.js';
import { SearchPageView, SearchQuery, SearchStatsView } from './search.schema.js';
import { SearchService } from './search.service.js';

@ApiTags('search')
@Controller('search')
export class SearchController {
  constructor(
    private readonly searches: SearchService,
    private readonly indexing: IndexingService,
  ) {}

  @Post()
  @Allows('search:read')
  @OnlyFor('uce')
  @Limited(searchLimit)
  @ApiOperation({
    summary: 'Search the diary (uce)',
    description:
      'What is searched for is in the body alone, and in no log. A page looks at the newest entries that may have what is ' +
      'looked for, at two hundred where that fills it, else at fifteen hundred: `complete` is false as long as older ones ' +
      'are left. What is in the trash is not found.',
  })
  @Accepts(searchExamples)
  @Returns(SearchPageView, 'One page of what was found')
  @Problems(Locked)
  search(@Me() me: UceCaller, @Body({ schema: SearchQuery }) query: SearchQuery) {
    return this.searches.search(me, query);
  }

  @Post('index')
  @OnlyFor('uce')
  @ApiOperation({
    summary: 'Make the search index anew (uce)',
    description:
      'Entries are indexed as they are written; this is for an index that is damaged or old. It goes on in your own requests, ' +
      'since nothing else can open your entries: quickest while you follow the job. What is indexed is found all the time.',
  })
  @Returns(JobBegunView, 'It has begun, or goes on', 202)
  @Problems(Locked)
  rebuild(@Me() me: UceCaller) {
    return this.indexing.rebuild(me);
  }

  @Get('stats')
  @Allows('search:read')
  @OnlyFor('uce')
  @ApiOperation({
    summary: 'How far the search index has come (uce)',
    description:
      'For a bar of progress: `entries_pending` falls in your own requests alone, and is 0 when all can be found. The ' +
      'trash is in neither number.',
  })
  @Returns(SearchStatsView, 'Entries in the index and not in it, its size, and languages')
  @Problems(Locked)
  stats(@Me() me: UceCaller) {
    return this.indexing.stats(me);
  }
}
