import { text } from 'node:stream/consumers';
import { fromBase64url } from '@daybook/sdk/crypto';
import { Help, Option, SubCommand } from 'nest-commander';
import { AccountsService } from '../modules/auth/accounts/accounts.service.js';
import { type ErasureName, readReceipt } from '../modules/auth/erasure/erasure.schema.js';
import { ErasureService } from '../modules/auth/erasure/erasure.service.js';
import { Misuse } from './ending.js';
import { OperatorCommand } from './operator-command.js';
import { withServer } from './place.js';

const RECEIPT_BYTES = 32;

@SubCommand({
  name: 'erase-again',
  description: 'Erase accounts that a restored backup brought back, by their receipts on standard input.',
})
export class UserEraseAgainCommand extends OperatorCommand {
  @Option({ flags: '--yes', description: 'do it: without this word nothing is done' })
  yes(): boolean {
    return true;
  }

  @Help('after')
  where(): string {
    return '\nOne receipt a line; those of accounts that are not there are passed over, so that it can be run again. A receipt goes on to be valid. Where receipts come from: docs/runbooks/restore.md.\n\nExample: daybook user erase-again --yes < receipts.txt';
  }

  override async run(_none: string[], { yes }: { yes?: boolean }): Promise<void> {
    if (!yes) throw new Misuse('This cannot be undone. Say --yes when it is meant.');
    const names = readReceipts(await text(process.stdin));
    const { erased, absent } = await withServer(this.isEmbedded, async (server) => {
      const [accounts, erasures] = [AccountsService, ErasureService] as const;
      const count = { erased: 0, absent: 0 };
      for (const { userId, id } of names) {
        const user = await server.get(accounts, { strict: false }).find(userId);
        if (user) await server.get(erasures, { strict: false }).begin(user, id);
        count[user ? 'erased' : 'absent']++;
      }
      return count;
    });
    process.stdout.write(`${erased} being erased, ${absent} not there\n`);
  }
}

/** All of them, or none: a faulty line may be one that was cut off. */
function readReceipts(lines: string): ErasureName[] {
  const given = lines.split('\n').map((line) => line.trim());
  return given.flatMap((line, n) => {
    if (line === '') return [];
    const name = receiptIn(line);
    if (!name) throw new Misuse(`Line ${n + 1} is no receipt. Nothing was done.`);
    return [name];
  });
}

function receiptIn(line: string): ErasureName | undefined {
  try {
    const bytes = fromBase64url(line);
    return bytes.length === RECEIPT_BYTES ? readReceipt(bytes) : undefined;
  } catch {
    return undefined;
  }
}
