import { Body, Controller, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Problems, Returns, ReturnsNothing } from '../../../platform/http/returns.js';
import { InvalidRefreshToken } from '../auth.problems.js';
import { Refresh, RefreshView } from '../auth.schema.js';
import { type Caller, Me } from '../caller.js';
import { SessionsService } from './sessions.service.js';

@ApiTags('auth')
@Controller('auth')
export class SessionsController {
  constructor(private readonly sessions: SessionsService) {}

  @Post('refresh')
  @ApiOperation({
    summary: 'Fresh tokens',
    description:
      'Each refresh token works once. Sent again within ten seconds, before its successor was used, it answers the same ' +
      'successor; any other reuse ends the session.',
  })
  @Returns(RefreshView, 'The next tokens')
  @Problems(InvalidRefreshToken)
  refresh(@Body({ schema: Refresh }) { refresh_token: token }: z.infer<typeof Refresh>) {
    return this.sessions.refresh(token);
  }

  @Post('logout')
  @ApiOperation({ summary: 'End this session', description: 'Its tokens stop working, and their slots are deleted.' })
  @ReturnsNothing('Signed out')
  async logout(@Me() me: Caller): Promise<void> {
    await this.sessions.end(me);
  }
}
