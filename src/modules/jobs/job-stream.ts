import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Drain } from '../../platform/http/drain.js';
import type { JobEntity } from '../../platform/jobs/job.entity.js';
import { isOver } from '../../platform/jobs/jobs.js';
import type { JobId } from '../../platform/jobs/jobs.schema.js';
import type { Caller } from '../auth/caller.js';
import { JobsService, toJobView } from './jobs.service.js';

/** How server-sent events are paced, in milliseconds. */
const PACE = { pauseMs: 50, lookMs: 500, pingMs: 15_000, lengthMs: 60_000, retryMs: 1_000 };

/**
 * A job as server-sent events (HTML Standard, section 9.2). A stream ends with its job, when the server stops, and after a
 * minute at the latest: a client connects again by itself, and whoever was signed out meanwhile is not let in.
 */
@Injectable()
export class JobStream {
  pace = PACE;

  constructor(
    private readonly jobs: JobsService,
    private readonly drain: Drain,
  ) {}

  /** @param lastEventId of the last event that the client has: it is not told again */
  async *events(caller: Caller, first: JobEntity, lastEventId: string): AsyncGenerator<string> {
    const { pauseMs, lookMs, pingMs, lengthMs, retryMs } = this.pace;
    const end = performance.now() + lengthMs;
    let told = lastEventId;
    let saidAt = performance.now();
    yield `retry: ${retryMs}\n\n`;
    for (let job = first; ; job = await this.moved(caller, job.id)) {
      const isNew = String(job.revision) !== told;
      if (isNew) {
        told = String(job.revision);
        saidAt = performance.now();
        yield `id: ${told}\nevent: job\ndata: ${JSON.stringify(toJobView(job))}\n\n`;
      }
      if (isOver(job)) return;
      if (performance.now() - saidAt >= pingMs) {
        saidAt = performance.now();
        yield 'event: ping\ndata: {}\n\n';
      }
      if (this.drain.isDraining || performance.now() > end) return;
      // Work that goes on goes on at once.
      await sleep(isNew ? pauseMs : lookMs);
    }
  }

  /** The job after another slice of work. */
  private async moved(caller: Caller, id: JobId): Promise<JobEntity> {
    await this.jobs.advance(caller);
    return this.jobs.find(caller, id);
  }
}
