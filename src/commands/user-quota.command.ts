import { Help, SubCommand } from 'nest-commander';
import { AccountsService } from '../modules/auth/accounts/accounts.service.js';
import { Storage } from '../modules/tiers/storage.js';
import { Database } from '../platform/database/database.js';
import { noAccount, who } from './accounts.js';
import { Misuse } from './ending.js';
import { OperatorCommand } from './operator-command.js';
import { withServer } from './place.js';

const UNITS: Readonly<Record<string, number>> = { '': 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 };

@SubCommand({
  name: 'quota',
  description: 'Say how much an account may store: 20GiB, 500MiB, a number of bytes, or `default`.',
  arguments: `${who.arguments} <size>`,
  argsDescription: { ...who.argsDescription, size: 'a number with KiB, MiB, GiB, TiB or without; or default' },
})
export class UserQuotaCommand extends OperatorCommand {
  @Help('after')
  meaning(): string {
    return '\nNothing is deleted when it is less than what is stored: nothing more can be added then. `default` is STORAGE_BYTES_MAX, whatever it is at the time.';
  }

  override async run([account = '', size = '']: string[]): Promise<void> {
    const quotaBytes = size === 'default' ? null : bytesOf(size);
    const state = await withServer(this.isEmbedded, async (server) => {
      const user = await server.get(AccountsService, { strict: false }).find(account);
      const storage = server.get(Storage, { strict: false });
      return (
        user &&
        server.get(Database, { strict: false }).asUser(user, async (tx) => {
          await storage.setQuota(tx, user.userId, quotaBytes);
          return { userId: user.userId, ...(await storage.of(tx, user.userId)) };
        })
      );
    });
    if (!state) throw noAccount(account);
    process.stdout.write(`${state.userId} has ${state.usedBytes} of ${state.quotaBytes} bytes\n`);
  }
}

function bytesOf(size: string): number {
  const [, count = '', unit = ''] = /^(\d{1,15})([KMGT]iB)?$/.exec(size) ?? [];
  const bytes = Number(count) * (UNITS[unit] ?? NaN);
  if (count === '' || !Number.isSafeInteger(bytes))
    throw new Misuse('A size is a number with KiB, MiB, GiB or TiB, or of bytes; or the word default.');
  return bytes;
}
