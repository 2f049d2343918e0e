import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Accepts } from '../../../platform/http/accepts.js';
import { Problems, Returns } from '../../../platform/http/returns.js';
import { Limited } from '../../../platform/limits/limited.js';
import { eraseExamples } from '../accounts/examples.js';
import { exportLimit, passwordLimit } from '../auth.limits.js';
import { ErasureNotFound, WrongPassword } from '../auth.problems.js';
import { type Caller, Me } from '../caller.js';
import { EndsSession } from '../sessions/cookie-mode.js';
import { Erase, ErasureAskedView, ErasureView, ExportView, Receipt } from './erasure.schema.js';
import { ErasureService } from './erasure.service.js';
import { ExportService } from './export.service.js';

@ApiTags('auth')
@Controller('auth')
export class ErasureController {
  constructor(
    private readonly erasures: ErasureService,
    private readonly exports: ExportService,
  ) {}

  @Get('export')
  @Limited(exportLimit)
  @ApiOperation({
    summary: 'All that is held about the account',
    description: 'Beside content, which GET /entries and the other lists answer, and without secrets.',
  })
  @Returns(ExportView, 'What is held, part by part')
  export(@Me() me: Caller) {
    return this.exports.tell(me);
  }

  @Post('erase')
  @Limited(passwordLimit)
  @EndsSession()
  @ApiOperation({
    summary: 'Erase the account',
    description:
      'For good. Every key, session and way to sign in is gone when this answers, so that nothing opens the diary any ' +
      'more; the rest follows, and the receipt says when. The address is free again at once.',
  })
  @Accepts(eraseExamples)
  @Returns(ErasureAskedView, 'Nobody can sign in or read any more; the rest is being erased', 202)
  @Problems(WrongPassword)
  async erase(@Me() me: Caller, @Body({ schema: Erase }) { password }: Erase) {
    return { receipt: await this.erasures.ask(me, password) };
  }

  @Get('erasures/:receipt')
  @ApiOperation({ summary: 'How far the erasing of an account is', description: 'Open to whoever has the receipt.' })
  @Returns(ErasureView, 'State, counts, and the day from which no backup has any of it')
  @Problems(ErasureNotFound)
  follow(@Param('receipt', { schema: Receipt }) receipt: Uint8Array) {
    return this.erasures.follow(receipt);
  }
}
