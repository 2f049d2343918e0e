import { Body, Controller, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Accepts } from '../../../platform/http/accepts.js';
import { Problems, Returns } from '../../../platform/http/returns.js';
import { codesExamples } from '../accounts/examples.js';
import { Limited } from '../../../platform/limits/limited.js';
import { PasswordReset, PasswordResetView } from '../accounts/new-password.schema.js';
import { recoveryLimits, resetLimit } from '../auth.limits.js';
import { CrossSite, InvalidRecoveryCode, InvalidRecoveryToken, Locked, Reauthenticate } from '../auth.problems.js';
import { type Caller, Me } from '../caller.js';
import { From, type UserAgent } from '../sessions/arrival.js';
import { cookieModeNote, GivesTokens } from '../sessions/cookie-mode.js';
import { LeadsIn } from '../sessions/ways-in.js';
import { CodesService } from './codes.service.js';
import { codeCheckExamples, resetExamples } from './examples.js';
import { CodeCheck, CodeCheckView, NewCodes, NewCodesView } from './recovery.schema.js';
import { RecoveryService } from './recovery.service.js';
import { ResetService } from './reset.service.js';

@ApiTags('auth')
@Controller('auth')
export class RecoveryController {
  constructor(
    private readonly recovery: RecoveryService,
    private readonly resets: ResetService,
    private readonly codes: CodesService,
  ) {}

  @Post('verify-recovery-code')
  @Limited(...recoveryLimits)
  @LeadsIn('recovery-code')
  @ApiOperation({
    summary: 'Use a recovery code',
    description: 'Burns the code and answers a token that resets the password once, within 15 minutes.',
  })
  @Accepts(codeCheckExamples)
  @Returns(CodeCheckView, 'The token, and for e2e the wrapped master key')
  @Problems(InvalidRecoveryCode)
  check(@Body({ schema: CodeCheck }) check: CodeCheck) {
    return this.recovery.check(check);
  }

  @Post('reset-password')
  @Limited(resetLimit)
  @GivesTokens()
  @LeadsIn('reset')
  @ApiOperation({
    summary: 'Set a new password with a recovery token',
    description: `The diary stays readable. Every session ends, and every API key is deleted. ${cookieModeNote}`,
  })
  @Accepts(resetExamples)
  @Returns(PasswordResetView, 'Signed in')
  @Problems(InvalidRecoveryToken, CrossSite)
  reset(@Body({ schema: PasswordReset }) reset: PasswordReset, @From() from: UserAgent) {
    return this.resets.reset(reset, from);
  }

  @Post('recovery-codes')
  @ApiOperation({
    summary: 'A fresh set of recovery codes',
    description: 'The old ones are dead. Needs the password to have been given at most 15 minutes ago.',
  })
  @Accepts(codesExamples)
  @Returns(NewCodesView, 'The codes (uce), shown this once', 201)
  @Problems(Reauthenticate, Locked)
  renew(@Me() me: Caller, @Body({ schema: NewCodes }) body: NewCodes) {
    return this.codes.renew(me, body);
  }
}
