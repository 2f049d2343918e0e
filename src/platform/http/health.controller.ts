import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Unlimited } from '../limits/limits.guard.js';
import { NotReady, Readiness } from './readiness.js';
import { Problems, Returns } from './returns.js';

const ok = { status: 'ok' } as const;
const HealthView = z
  .object({ status: z.literal('ok') })
  .meta({ id: 'Health', examples: { any: { summary: 'All is well', value: ok } } });

/** For probes. Liveness touches no dependency: a database that is away is no reason to restart a server. */
@ApiTags('health')
@Unlimited()
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('live')
  @ApiOperation({
    summary: 'Does the process answer?',
    description:
      'Asks nothing else: not the database, and not whether the server is stopping. Where this fails, a restart helps.',
  })
  @Returns(HealthView, 'It does')
  live() {
    return ok;
  }

  @Get('ready')
  @ApiOperation({
    summary: 'May requests be sent here?',
    description:
      'Whether the database answers, and the server is not stopping. The queue, the object store and mail are not asked.',
  })
  @Returns(HealthView, 'They may')
  @Problems(NotReady)
  async ready() {
    await this.readiness.assert();
    return ok;
  }

  @Get()
  @ApiOperation({ summary: 'The same as /health/ready', description: 'For monitors that know this name.' })
  @Returns(HealthView, 'Requests may be sent here')
  @Problems(NotReady)
  health() {
    return this.ready();
  }
}
