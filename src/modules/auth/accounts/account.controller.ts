import { Body, Controller, Get, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Accepts } from '../../../platform/http/accepts.js';
import { PageQuery } from '../../../platform/http/page.js';
import { Problems, Returns } from '../../../platform/http/returns.js';
import { Limited } from '../../../platform/limits/limited.js';
import { changeEmailLimit, emailCodeLimit, passwordLimit } from '../auth.limits.js';
import { EmailTaken, InvalidEmailCode, WrongPassword } from '../auth.problems.js';
import { FeaturesView } from '../../tiers/tiers.schema.js';
import { UserView } from '../auth.schema.js';
import { type Caller, Me } from '../caller.js';
import { From, type UserAgent } from '../sessions/arrival.js';
import { GivesTokens } from '../sessions/cookie-mode.js';
import { AccountService } from './account.service.js';
import { EmailChange, EmailChangeView, EmailCode } from './email.schema.js';
import { EmailService } from './email.service.js';
import { SecurityEventPageView } from './events.schema.js';
import { emailCodeExamples, emailExamples, passwordExamples, profileExamples } from './examples.js';
import { PasswordChange, PasswordChangedView } from './new-password.schema.js';
import { PasswordChangeService } from './password-change.service.js';
import { ProfileChange } from './profile.schema.js';

/** What the owner of an account does with it, signed in. */
@ApiTags('auth')
@Controller('auth')
export class AccountController {
  constructor(
    private readonly account: AccountService,
    private readonly passwords: PasswordChangeService,
    private readonly emails: EmailService,
  ) {}

  @Get('me')
  @ApiOperation({
    summary: 'Who is signed in',
    description:
      'The account as it is now: `tier` says which of the bodies here are yours, and never changes. An access token is ' +
      'enough, an API key is not.',
  })
  @Returns(UserView, 'The user')
  me(@Me() me: Caller) {
    return this.account.me(me);
  }

  @Patch('me')
  @ApiOperation({
    summary: 'Change name, time zone or locale',
    description: 'Absent fields stay, null ones are cleared.',
  })
  @Accepts(profileExamples)
  @Returns(UserView, 'The user as changed')
  change(@Me() me: Caller, @Body({ schema: ProfileChange }) change: ProfileChange) {
    return this.account.change(me, change);
  }

  @Get('features')
  @ApiOperation({
    summary: 'What this account may do here, and how much it may store',
    description:
      'By its tier, and by how the server is set up. Sizes are in bytes; what is used counts the trash, earlier versions ' +
      'and reserved uploads too. Ask here rather than keep these numbers in a client.',
  })
  @Returns(FeaturesView, 'Features, storage and limits')
  features(@Me() me: Caller) {
    return this.account.features(me);
  }

  @Post('change-password')
  @Limited(passwordLimit)
  @GivesTokens()
  @ApiOperation({
    summary: 'Change the password',
    description:
      'One transaction: the diary stays readable, every other session ends. API keys go on working. Who came by cookie gets ' +
      'new cookies, and no tokens.',
  })
  @Accepts(passwordExamples)
  @Returns(PasswordChangedView, 'Fresh tokens: the old ones have ended too')
  @Problems(WrongPassword)
  changePassword(@Me() me: Caller, @Body({ schema: PasswordChange }) change: PasswordChange, @From() from: UserAgent) {
    return this.passwords.change(me, change, from);
  }

  @Post('change-email')
  @Limited(passwordLimit, changeEmailLimit)
  @ApiOperation({
    summary: 'Ask for another address',
    description: 'A code is mailed to it; the address changes when the code comes back at /auth/verify-email.',
  })
  @Accepts(emailExamples)
  @Returns(EmailChangeView, 'The code is on its way', 202)
  @Problems(WrongPassword, EmailTaken)
  changeEmail(@Me() me: Caller, @Body({ schema: EmailChange }) change: EmailChange) {
    return this.account.askForEmail(me, change);
  }

  @Post('verify-email')
  @Limited(emailCodeLimit)
  @ApiOperation({
    summary: 'Prove an address with the code that was mailed to it',
    description:
      'The address of the account changes here, if the code was for another one. A code is good for an hour and five ' +
      'tries; the newest one alone counts. Sign-in and the diary do not wait for it.',
  })
  @Accepts(emailCodeExamples)
  @Returns(UserView, 'The address is proved')
  @Problems(InvalidEmailCode, EmailTaken)
  verifyEmail(@Me() me: Caller, @Body({ schema: EmailCode }) { code }: EmailCode) {
    return this.emails.prove(me, code);
  }

  @Get('security-events')
  @ApiOperation({
    summary: 'What happened to the account, newest first',
    description:
      'Ways in, devices, keys and connections, and who did it: `session_id` and `device_id`. They are kept as long as ' +
      'the account. What happened to entries is in GET /history.',
  })
  @Returns(SecurityEventPageView, 'One page')
  securityEvents(@Me() me: Caller, @Query({ schema: PageQuery }) query: PageQuery) {
    return this.account.securityEvents(me, query);
  }
}
