import { Body, Controller, Delete, Get, Param, Patch, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Accepts } from '../../../platform/http/accepts.js';
import { Problems, Returns, ReturnsNothing } from '../../../platform/http/returns.js';
import { Limited } from '../../../platform/limits/limited.js';
import { refreshLimit } from '../auth.limits.js';
import { CrossSite, DeviceNotFound, InvalidRefreshToken, SessionNotFound } from '../auth.problems.js';
import { DeviceId, DeviceView, Refresh, RefreshView, SessionId } from '../auth.schema.js';
import { type Caller, Me } from '../caller.js';
import { EndsSession, TakesRefreshCookie } from './cookie-mode.js';
import { refreshExamples } from './examples.js';
import { DevicesService } from './devices.service.js';
import { RefreshService } from './refresh.service.js';
import { DeviceChange, DeviceListView, SessionListView } from './sessions.schema.js';
import { SessionsService } from './sessions.service.js';
import { LeadsIn } from './ways-in.js';

const deviceExamples = { any: { summary: 'Another name', value: { device_name: 'Kitchen tablet' } } };

@ApiTags('auth')
@Controller('auth')
export class SessionsController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly refreshes: RefreshService,
    private readonly devices: DevicesService,
  ) {}

  @Post('refresh')
  @Limited(refreshLimit)
  @TakesRefreshCookie()
  @LeadsIn('refresh')
  @ApiOperation({
    summary: 'Fresh tokens',
    description:
      'Each refresh token works once. Sent again within ten seconds, before its successor was used, it answers the same ' +
      'successor; any other reuse ends the session. Without a body, the refresh cookie is taken, both cookies are set anew, ' +
      'and there are no tokens in the answer.',
  })
  @Accepts(refreshExamples)
  @Returns(RefreshView, 'The next tokens')
  @Problems(InvalidRefreshToken, CrossSite)
  refresh(@Body({ schema: Refresh }) { refresh_token: token }: z.infer<typeof Refresh>) {
    return this.refreshes.refresh(token);
  }

  @Post('logout')
  @EndsSession()
  @ApiOperation({
    summary: 'End this session',
    description: 'Its tokens stop working, and their slots are deleted. Cookies are cleared.',
  })
  @ReturnsNothing('Signed out')
  async logout(@Me() me: Caller): Promise<void> {
    await this.sessions.end(me);
  }

  @Post('logout-all')
  @EndsSession()
  @ApiOperation({
    summary: 'End every session, this one included',
    description: 'All access and refresh tokens stop working at once. API keys go on working, and devices stay listed.',
  })
  @ReturnsNothing('Signed out everywhere')
  async logoutAll(@Me() me: Caller): Promise<void> {
    await this.sessions.endAll(me);
  }

  @Get('sessions')
  @ApiOperation({ summary: 'Where you are signed in', description: 'All of them: there are twenty at most.' })
  @Returns(SessionListView, 'The sessions, most recently used first')
  list(@Me() me: Caller) {
    return this.sessions.list(me);
  }

  @Delete('sessions/:id')
  @ApiOperation({ summary: 'End a session', description: 'It is refused at its next request.' })
  @ReturnsNothing('Ended')
  @Problems(SessionNotFound)
  async revoke(@Me() me: Caller, @Param('id', { schema: SessionId }) id: SessionId): Promise<void> {
    await this.sessions.revoke(me, id);
  }

  @Get('devices')
  @ApiOperation({
    summary: 'The devices you signed in from',
    description:
      'Each sign-in that gives a `device` adds one, the same machine a second time too. `last_seen_at` moves when a ' +
      'session of it is refreshed. The 200 most recently seen.',
  })
  @Returns(DeviceListView, 'The devices, most recently seen first')
  listDevices(@Me() me: Caller) {
    return this.devices.list(me);
  }

  @Patch('devices/:id')
  @ApiOperation({
    summary: 'Rename a device',
    description: 'The name alone changes: sessions and the key in the key log stay, and the ledger says nothing of it.',
  })
  @Accepts(deviceExamples)
  @Returns(DeviceView, 'The device as changed')
  @Problems(DeviceNotFound)
  renameDevice(
    @Me() me: Caller,
    @Param('id', { schema: DeviceId }) id: DeviceId,
    @Body({ schema: DeviceChange }) change: DeviceChange,
  ) {
    return this.devices.rename(me, id, change);
  }

  @Delete('devices/:id')
  @ApiOperation({
    summary: 'Forget a device',
    description:
      'Its sessions end at once. uce: its key is revoked in the key log too; an e2e client signs that itself, before or after.',
  })
  @ReturnsNothing('Forgotten')
  @Problems(DeviceNotFound)
  async revokeDevice(@Me() me: Caller, @Param('id', { schema: DeviceId }) id: DeviceId): Promise<void> {
    await this.devices.revoke(me, id);
  }
}
