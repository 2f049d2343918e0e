import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { Drain } from './drain.js';
import { problem } from './problem.js';

export const NotReady = problem(
  'server/not-ready',
  503,
  'Not ready for requests',
  'The server is stopping, or its database does not answer.',
);

/** Whether work may be sent here. */
@Injectable()
export class Readiness {
  constructor(
    private readonly db: Database,
    private readonly drain: Drain,
  ) {}

  /** @throws NotReady */
  async assert(): Promise<void> {
    if (this.drain.isDraining) throw new NotReady({ detail: 'The server is stopping.' });
    await this.db.ping().catch((cause: unknown) => {
      throw new NotReady({ detail: 'The database does not answer.' }, { cause });
    });
  }
}
