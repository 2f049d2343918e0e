import { Command, Help, Option, SubCommand } from 'nest-commander';
import { AccountsService, type CreatedAccount } from '../modules/auth/accounts/accounts.service.js';
import { type LockOutcome, LocksService } from '../modules/auth/accounts/locks.service.js';
import { SignUp } from '../modules/auth/auth.schema.js';
import { TierName } from '../modules/tiers/tiers.schema.js';
import { Misuse } from './ending.js';
import { CommandGroup, OperatorCommand } from './operator-command.js';
import { UserEraseCommand } from './user-erase.command.js';
import { UserEraseAgainCommand } from './user-erase-again.command.js';
import { UserImportCommand } from './user-import.command.js';
import { UserQuotaCommand } from './user-quota.command.js';
import { noAccount, who } from './accounts.js';
import { readPassword } from './password-input.js';
import { withServer } from './place.js';

const REASON_LENGTH_MAX = 200;

interface NewUser {
  readonly email: string;
  readonly tier: string;
}

@SubCommand({
  name: 'create',
  description: 'Make a uce account. The password comes from standard input, or is asked for.',
})
export class UserCreateCommand extends OperatorCommand {
  @Option({ flags: '--email <address>', description: 'the address to sign in with', required: true })
  email(address: string): string {
    return address;
  }

  @Option({
    flags: '--tier <tier>',
    description: 'uce; an e2e account can be made by a client alone, which keeps its keys',
    required: true,
  })
  tier(name: string): string {
    return name;
  }

  @Help('after')
  example(): string {
    return '\nPrints the id and ten recovery codes, this once: hand them to the owner, keep no copy.\n\nExample: daybook user create --email ada@example.com --tier uce < password.txt';
  }

  override async run(_none: string[], { email, tier }: NewUser): Promise<void> {
    if (tier === TierName.enum.e2e)
      throw new Misuse('An e2e account is made by a client: its keys must never be on this machine.');
    const { success, data, error } = SignUp.safeParse({ tier, email, password: await readPassword() });
    if (!success || data.tier !== 'uce')
      throw new Misuse(error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n') ?? 'uce');
    const created = await withServer(this.isEmbedded, (server) =>
      server.get(AccountsService, { strict: false }).create(data),
    );
    process.stdout.write(told(created));
  }
}

const told = ({ user, recoveryCodes }: CreatedAccount) =>
  `id ${user.id}\n\nrecovery codes, shown this once:\n${recoveryCodes.map((code) => `${code}\n`).join('')}`;

/** `user lock` and `user unlock`, which differ in one word. */
abstract class LockCommand extends OperatorCommand {
  protected async change(verb: 'lock' | 'unlock', account: string, reason?: string): Promise<void> {
    if (reason !== undefined && (reason === '' || reason.length > REASON_LENGTH_MAX))
      throw new Misuse(`A reason has 1 to ${REASON_LENGTH_MAX} characters.`);
    const outcome = await withServer(this.isEmbedded, (server) =>
      server.get(LocksService, { strict: false })[verb](account, reason),
    );
    if (!outcome) throw noAccount(account);
    process.stdout.write(this.said(verb, outcome));
  }

  private said(verb: 'lock' | 'unlock', { userId, isChanged }: LockOutcome): string {
    return `${userId} ${isChanged ? 'is' : 'was'} ${verb}ed${isChanged ? '' : ' already'}\n`;
  }
}

const reasonFlag = { flags: '--reason <text>', description: 'why; its owner reads it among the security events' };

@SubCommand({ name: 'lock', description: 'End every session of an account, and let nobody sign in to it.', ...who })
export class UserLockCommand extends LockCommand {
  @Option(reasonFlag)
  reason(text: string): string {
    return text;
  }

  @Help('after')
  consequences(): string {
    return '\nSign-in and recovery then answer as if the password or the code were wrong. Nothing is deleted: see `user unlock`.';
  }

  override run([account = '']: string[], { reason }: { reason?: string }): Promise<void> {
    return this.change('lock', account, reason);
  }
}

@SubCommand({ name: 'unlock', description: 'Let the owner of a locked account sign in again.', ...who })
export class UserUnlockCommand extends LockCommand {
  @Option(reasonFlag)
  reason(text: string): string {
    return text;
  }

  override run([account = '']: string[], { reason }: { reason?: string }): Promise<void> {
    return this.change('unlock', account, reason);
  }
}

@Command({
  name: 'user',
  description: 'Make, import, lock, unlock and erase accounts, and say how much they may store.',
  subCommands: [
    UserCreateCommand,
    UserImportCommand,
    UserLockCommand,
    UserUnlockCommand,
    UserQuotaCommand,
    UserEraseCommand,
    UserEraseAgainCommand,
  ],
})
export class UserCommand extends CommandGroup {}
