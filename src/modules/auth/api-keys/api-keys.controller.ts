import { Body, Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Accepts } from '../../../platform/http/accepts.js';
import { Problems, Returns, ReturnsNothing } from '../../../platform/http/returns.js';
import { ApiKeyNotFound, Locked, Reauthenticate, TooManyApiKeys } from '../auth.problems.js';
import type { SlotId } from '../auth.schema.js';
import { type Caller, Me } from '../caller.js';
import { ApiKeyDraft, ApiKeyId, ApiKeyListView, NewApiKeyView } from './api-keys.schema.js';
import { ApiKeysService } from './api-keys.service.js';

const draftExamples = {
  any: { summary: 'For a script that reads', value: { name: 'Nightly print-out', scopes: ['entries:read'] } },
};

@ApiTags('auth')
@Controller('auth/api-keys')
export class ApiKeysController {
  constructor(private readonly keys: ApiKeysService) {}

  @Get()
  @ApiOperation({ summary: 'Your API keys', description: 'All of them: there are twenty at most.' })
  @Returns(ApiKeyListView, 'The keys, newest first, without what opens anything')
  list(@Me() me: Caller) {
    return this.keys.list(me);
  }

  @Post()
  @ApiOperation({
    summary: 'Make an API key',
    description: 'The key is shown this once. Needs the password to have been given at most 15 minutes ago.',
  })
  @Accepts(draftExamples)
  @Returns(NewApiKeyView, 'The key', 201)
  @Problems(Reauthenticate, TooManyApiKeys, Locked)
  make(@Me() me: Caller, @Body({ schema: ApiKeyDraft }) draft: ApiKeyDraft) {
    return this.keys.make(me, draft);
  }

  @Delete(':id')
  @ApiOperation({ summary: 'Revoke an API key', description: 'It is refused at its next request.' })
  @ReturnsNothing('Revoked')
  @Problems(ApiKeyNotFound)
  async revoke(@Me() me: Caller, @Param('id', { schema: ApiKeyId }) id: SlotId): Promise<void> {
    await this.keys.revoke(me, id);
  }
}
