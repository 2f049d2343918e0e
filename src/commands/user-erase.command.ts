import { Help, Option, SubCommand } from 'nest-commander';
import { AccountsService } from '../modules/auth/accounts/accounts.service.js';
import { ErasureService } from '../modules/auth/erasure/erasure.service.js';
import { noAccount, who } from './accounts.js';
import { Misuse } from './ending.js';
import { OperatorCommand } from './operator-command.js';
import { withServer } from './place.js';

@SubCommand({ name: 'erase', description: 'Erase an account and all that is kept in it, for good.', ...who })
export class UserEraseCommand extends OperatorCommand {
  @Option({ flags: '--yes', description: 'do it: without this word nothing is done' })
  yes(): boolean {
    return true;
  }

  @Help('after')
  consequences(): string {
    return '\nKeys, sessions and ways to sign in are deleted before the command ends; a worker takes away the rest. Prints the receipt, with which anybody can follow it: GET /api/v1/auth/erasures/<receipt>. There is no way back.';
  }

  override async run([account = '']: string[], { yes }: { yes?: boolean }): Promise<void> {
    if (!yes) throw new Misuse('This cannot be undone. Say --yes when it is meant.');
    const receipt = await withServer(this.isEmbedded, async (server) => {
      const user = await server.get(AccountsService, { strict: false }).find(account);
      return user && server.get(ErasureService, { strict: false }).begin(user);
    });
    if (!receipt) throw noAccount(account);
    process.stdout.write(`receipt ${receipt}\n`);
  }
}
