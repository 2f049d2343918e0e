import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Database } from '../database/database.js';
import { Unlimited } from '../limits/limits.guard.js';
import { Drain } from './drain.js';
import { problem } from './problem.js';
import { Problems, Returns } from './returns.js';

const NotReady = problem(
  'server/not-ready',
  503,
  'Not ready for requests',
  'The server is stopping, or its database does not answer.',
);
const HealthView = z.object({ status: z.literal('ok') }).meta({ id: 'Health' });
const ok = { status: 'ok' } as const;

/** For probes. Liveness touches no dependency: a database that is away is no reason to restart a server. */
@ApiTags('health')
@Unlimited()
@Controller('health')
export class HealthController {
  constructor(
    private readonly db: Database,
    private readonly drain: Drain,
  ) {}

  @Get('live')
  @ApiOperation({ summary: 'Does the process answer?' })
  @Returns(HealthView, 'It does')
  live() {
    return ok;
  }

  @Get('ready')
  @ApiOperation({ summary: 'May requests be sent here?' })
  @Returns(HealthView, 'They may')
  @Problems(NotReady)
  async ready() {
    if (this.drain.isDraining) throw new NotReady({ detail: 'The server is stopping.' });
    await this.db.ping().catch((cause: unknown) => {
      throw new NotReady({ detail: 'The database does not answer.' }, { cause });
    });
    return ok;
  }

  @Get()
  @ApiOperation({ summary: 'The same as /health/ready' })
  @Returns(HealthView, 'Requests may be sent here')
  @Problems(NotReady)
  health() {
    return this.ready();
  }
}
