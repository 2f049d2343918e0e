import { Body, Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Accepts } from '../../platform/http/accepts.js';
import { Problems, Returns } from '../../platform/http/returns.js';
import { Repeatable, theOne } from '../../platform/idempotency/repeatable.js';
import { JobBegunView } from '../../platform/jobs/jobs.schema.js';
import { Limited } from '../../platform/limits/limited.js';
import { Locked } from '../auth/auth.problems.js';
import { type Caller, Me } from '../auth/caller.js';
import { EntryErased, EntryNotFound } from '../entries/entries.problems.js';
import { ConnectingService } from './connecting/connecting.service.js';
import { ConnectionsService } from './connections/connections.service.js';
import { callbackExamples, pushExamples } from './examples.js';
import { facebookLimit } from './integrations.limits.js';
import {
  ConnectedElsewhere,
  ConnectionNotFound,
  ConnectNotFound,
  ConsentRefused,
  FacebookLimited,
  FacebookUnavailable,
  NeedsReconnect,
  NoPage,
  NotConfigured,
  NotConnected,
  PageNotFound,
  PermissionMissing,
} from './integrations.problems.js';
import {
  ConnectBegunView,
  ConnectionId,
  ConnectionListView,
  ConnectionView,
  FacebookCallback,
  FacebookPush,
} from './integrations.schema.js';
import { PullsService } from './pull/pulls.service.js';
import { PushesService } from './push/pushes.service.js';

@ApiTags('integrations')
@Controller('integrations')
export class IntegrationsController {
  constructor(
    private readonly connecting: ConnectingService,
    private readonly connections: ConnectionsService,
    private readonly pulls: PullsService,
    private readonly pushes: PushesService,
  ) {}

  @Post('facebook/connect')
  @Limited(facebookLimit)
  @ApiOperation({
    summary: 'Begin to connect a Facebook account',
    description:
      'Send the browser to the address. It comes back to the one that the operator has set, with `code` and `state`: send both ' +
      'to the callback from the same session within ten minutes. Where it comes back to cannot be chosen.',
  })
  @Returns(ConnectBegunView, 'Where the browser goes')
  @Problems(NotConfigured)
  connect(@Me() me: Caller) {
    return this.connecting.begin(me);
  }

  @Post('facebook/callback')
  @Limited(facebookLimit)
  @ApiOperation({
    summary: 'Connect the Facebook account that has agreed',
    description:
      'A state is good once, for the session that it was given to. Connecting the same account again renews what is there.',
  })
  @Accepts(callbackExamples)
  @Returns(ConnectionView, 'The connection')
  @Problems(NotConfigured, ConnectNotFound, ConsentRefused, ConnectedElsewhere, FacebookLimited, FacebookUnavailable)
  callback(@Me() me: Caller, @Body({ schema: FacebookCallback }) sent: FacebookCallback) {
    return this.connecting.finish(me, sent);
  }

  @Post('facebook/pull')
  @Limited(facebookLimit)
  @ApiOperation({
    summary: 'Bring new posts now',
    description:
      'Your own posts with text come into the inbox, each once. It is done hourly too. Follow the job at GET /jobs/{id}: a new ' +
      'one is begun where none goes on.',
  })
  @Returns(JobBegunView, 'It has begun, or goes on', 202)
  @Problems(NotConfigured, NotConnected, NeedsReconnect, FacebookLimited)
  @Repeatable((_: IntegrationsController, _me: Caller, made) => ({ job_id: theOne(made).id }))
  pull(@Me() me: Caller) {
    return this.pulls.ask(me);
  }

  @Post('facebook/push')
  @Limited(facebookLimit)
  @ApiOperation({
    summary: 'Publish an entry on a Facebook page',
    description:
      'uce: title and text of the entry, unless `text` is given. e2e: `text`. It waits at most 15 minutes, sealed, and is deleted ' +
      'with the outcome, which the job tells: `post_id`. Meta lets apps publish on pages alone.',
  })
  @Accepts(pushExamples)
  @Returns(JobBegunView, 'It is on its way', 202)
  @Problems(NotConfigured, NotConnected, NeedsReconnect, FacebookLimited, PermissionMissing, NoPage, PageNotFound)
  @Problems(EntryNotFound, EntryErased, Locked)
  @Repeatable((_: IntegrationsController, _me: Caller, made) => ({ job_id: theOne(made).id }))
  push(@Me() me: Caller, @Body({ schema: FacebookPush }) push: FacebookPush) {
    return this.pushes.ask(me, push);
  }

  @Get()
  @ApiOperation({ summary: 'List what is connected', description: 'With how each stands.' })
  @Returns(ConnectionListView, 'The connections')
  list(@Me() me: Caller) {
    return this.connections.list(me);
  }

  @Delete(':id')
  @ApiOperation({
    summary: 'Disconnect',
    description:
      'Tokens are forgotten at once, and so is what was to be published. A job asks Facebook to take back what you had allowed. ' +
      'Entries stay, and posts that were brought are not brought again.',
  })
  @Returns(JobBegunView, 'It is disconnected; the job tells when Facebook knows', 202)
  @Problems(ConnectionNotFound)
  disconnect(@Me() me: Caller, @Param('id', { schema: ConnectionId }) id: ConnectionId) {
    return this.connections.disconnect(me, id);
  }
}
