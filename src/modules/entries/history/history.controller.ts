import { Readable } from 'node:stream';
import { Controller, Get, Param, Query, StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { LongAnswer } from '../../../platform/http/long-answer.js';
import { PageQuery } from '../../../platform/http/page.js';
import { Problems, Returns } from '../../../platform/http/returns.js';
import { Allows } from '../../../platform/http/scopes.js';
import { type Caller, Me } from '../../auth/caller.js';
import { historyLines } from '../answer-examples.js';
import { EntryNotFound } from '../entries.problems.js';
import { EntryId } from '../entries.schema.js';
import { EntryHistoryView, HistoryQuery } from './history.schema.js';
import { HistoryService } from './history.service.js';

const JSON_LINES = 'application/jsonl';

@ApiTags('entries')
@Controller()
export class HistoryController {
  constructor(private readonly histories: HistoryService) {}

  @Get('entries/:id/history')
  @Allows('entries:read')
  @ApiOperation({ summary: 'What happened to an entry', description: 'Also when it is erased by now.' })
  @Returns(EntryHistoryView, 'Its events, oldest first')
  @Problems(EntryNotFound)
  ofEntry(
    @Me() me: Caller,
    @Param('id', { schema: EntryId }) id: EntryId,
    @Query({ schema: PageQuery }) query: PageQuery,
  ) {
    return this.histories.ofEntry(me, id, query);
  }

  @Get('history')
  @LongAnswer()
  @Allows('entries:read')
  @ApiOperation({
    summary: 'The history of the account',
    description:
      'Every event behind after_seq, oldest first, one JSON object a line, each chained to the one before by its hash. ' +
      'Whoever keeps a head sees any later change to what came before (docs/crypto.md, Verifiable history).',
  })
  @ApiResponse({
    status: 200,
    // Swagger UI shows a text of a type that is called JSON in quotes: here a line can be read.
    description: `One object a line:\n\n\`\`\`json\n${historyLines[0]}\`\`\``,
    content: {
      [JSON_LINES]: {
        schema: { type: 'string' },
        examples: { any: { summary: 'Two events', value: historyLines.join('') } },
      },
    },
  })
  all(@Me() me: Caller, @Query({ schema: HistoryQuery }) { after_seq: afterSeq }: HistoryQuery): StreamableFile {
    return new StreamableFile(Readable.from(this.histories.lines(me, afterSeq)), { type: JSON_LINES });
  }
}
