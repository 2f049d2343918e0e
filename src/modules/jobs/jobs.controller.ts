import { Readable } from 'node:stream';
import { Controller, Get, Param, Post, Req, StreamableFile } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { LongAnswer } from '../../platform/http/long-answer.js';
import { Problems, Returns } from '../../platform/http/returns.js';
import { jobEvents } from '../../platform/jobs/examples.js';
import { JobId, JobView } from '../../platform/jobs/jobs.schema.js';
import { type Caller, Me } from '../auth/caller.js';
import { JobStream } from './job-stream.js';
import { JobNotFound } from './jobs.problems.js';
import { JobsService } from './jobs.service.js';

const EVENT_STREAM = 'text/event-stream';

@ApiTags('jobs')
@Controller('jobs')
export class JobsController {
  constructor(
    private readonly jobs: JobsService,
    private readonly stream: JobStream,
  ) {}

  @Get(':id')
  @ApiOperation({
    summary: 'Read how far a job has come',
    description:
      'uce: work that needs your key is done in your own requests alone. Asking for a job moves it on, after the answer.',
  })
  @Returns(JobView, 'The job')
  @Problems(JobNotFound)
  read(@Me() me: Caller, @Param('id', { schema: JobId }) id: JobId) {
    return this.jobs.read(me, id);
  }

  @Get(':id/events')
  @LongAnswer()
  @ApiOperation({
    summary: 'Follow a job as server-sent events',
    description:
      'An event `job` with the job as data, now and at each change; `ping` in between. The stream ends with the job, and ' +
      'after a minute: connect again with Last-Event-ID, as an EventSource does. The job goes on while you listen.',
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'the id of the last event that you have' })
  @ApiResponse({
    status: 200,
    description: 'Events',
    content: {
      [EVENT_STREAM]: {
        schema: { type: 'string' },
        examples: { any: { summary: 'Under way, then done', value: jobEvents } },
      },
    },
  })
  @Problems(JobNotFound)
  async follow(
    @Me() me: Caller,
    @Param('id', { schema: JobId }) id: JobId,
    @Req() { headers }: FastifyRequest,
  ): Promise<StreamableFile> {
    const job = await this.jobs.find(me, id);
    const lastEventId = String(headers['last-event-id'] ?? '');
    return new StreamableFile(Readable.from(this.stream.events(me, job, lastEventId)), { type: EVENT_STREAM });
  }

  @Post(':id/cancel')
  @ApiOperation({
    summary: 'Cancel a job',
    description: 'What was done stays done. A job that is over stays as it is.',
  })
  @Returns(JobView, 'The job, as it ended')
  @Problems(JobNotFound)
  cancel(@Me() me: Caller, @Param('id', { schema: JobId }) id: JobId) {
    return this.jobs.cancel(me, id);
  }
}
