import { Body, Controller, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Accepts } from '../../../platform/http/accepts.js';
import { Problems, Returns } from '../../../platform/http/returns.js';
import { Limited } from '../../../platform/limits/limited.js';
import { signInLimits, signUpLimit } from '../auth.limits.js';
import { CrossSite, EmailTaken, InvalidCredentials, UserIdTaken } from '../auth.problems.js';
import { Login, LoginView, Prelogin, PreloginView, SignUp, SignUpView } from '../auth.schema.js';
import { From, type UserAgent } from '../sessions/arrival.js';
import { cookieModeNote, GivesTokens } from '../sessions/cookie-mode.js';
import { AccountsService } from './accounts.service.js';
import { loginExamples, preloginExamples, signUpExamples } from './examples.js';
import { LeadsIn } from '../sessions/ways-in.js';
import { SignInService } from './sign-in.service.js';

@ApiTags('auth')
@Controller('auth')
export class AccountsController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly signIns: SignInService,
  ) {}

  @Post('signup')
  @Limited(signUpLimit)
  @GivesTokens()
  @LeadsIn('signup')
  @ApiOperation({
    summary: 'Begin a diary',
    description: `The tier is chosen here and never changes in place. ${cookieModeNote}`,
  })
  @Accepts(signUpExamples)
  @Returns(SignUpView, 'The account, signed in. uce: the recovery codes are shown this once.', 201)
  @Problems(EmailTaken, UserIdTaken, CrossSite)
  signUp(@Body({ schema: SignUp }) signUp: SignUp, @From() from: UserAgent) {
    return this.accounts.signUp(signUp, from);
  }

  @Post('prelogin')
  @ApiOperation({
    summary: 'How a client makes its keys from the password',
    description: 'Any address gets an answer; it does not tell whether there is an account.',
  })
  @Accepts(preloginExamples)
  @Returns(PreloginView, 'The parameters of the key derivation')
  prelogin(@Body({ schema: Prelogin }) { email }: Prelogin) {
    return this.accounts.prelogin(email);
  }

  @Post('login')
  @Limited(...signInLimits)
  @GivesTokens()
  @LeadsIn('password')
  @ApiOperation({
    summary: 'Sign in',
    description: `e2e clients send the authentication key in the password field. ${cookieModeNote}`,
  })
  @Accepts(loginExamples)
  @Returns(LoginView, 'Tokens, and for e2e the wrapped keys')
  @Problems(InvalidCredentials, CrossSite)
  signIn(@Body({ schema: Login }) login: Login, @From() from: UserAgent) {
    return this.signIns.signIn(login, from);
  }
}
