import { Body, Controller, Get, Post, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Accepts } from '../../../platform/http/accepts.js';
import { AlsoReturns, Problems, Returns } from '../../../platform/http/returns.js';
import { OnlyFor } from '../../tiers/tier.guard.js';
import { DeviceNotFound, KeyLogConflict, KeyLogFull } from '../auth.problems.js';
import { type Caller, Me } from '../caller.js';
import { statementExamples } from './examples.js';
import { KeyLogView, KeyStatementDraft, KeyStatementView } from './key-log.schema.js';
import { KeyLogService } from './key-log.service.js';

@ApiTags('auth')
@Controller('auth/keys/log')
export class KeyLogController {
  constructor(private readonly keyLog: KeyLogService) {}

  @Get()
  @ApiOperation({
    summary: 'The signed log of the account’s public keys',
    description: 'Its keys and those of its devices. Clients check it and pin the last statement.',
  })
  @Returns(KeyLogView, 'Every statement, oldest first')
  read(@Me() me: Caller) {
    return this.keyLog.read(me);
  }

  @Post()
  @ApiOperation({
    summary: 'Add a signed statement about a device (e2e)',
    description:
      'That a device has a key (type 2), after a sign-in that gave its public_key; or that it is revoked (type 3), also ' +
      'once it was forgotten. The server signs both itself in the uce tier. Sending the same statement again is harmless.',
  })
  @Accepts(statementExamples)
  @Returns(KeyStatementView, 'Added', 201)
  @AlsoReturns(KeyStatementView, 'The same statement was there already', 200)
  @OnlyFor('e2e')
  @Problems(DeviceNotFound, KeyLogConflict, KeyLogFull)
  async append(
    @Me() me: Caller,
    @Body({ schema: KeyStatementDraft }) draft: KeyStatementDraft,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { statement, isNew } = await this.keyLog.append(me, draft);
    void reply.status(isNew ? 201 : 200);
    return statement;
  }
}
