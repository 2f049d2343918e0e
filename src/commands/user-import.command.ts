import { createInterface } from 'node:readline';
import { Help, SubCommand } from 'nest-commander';
import { z } from 'zod';
import { ImportedAccounts } from '../modules/auth/accounts/imported-accounts.js';
import { bcryptCosts } from '../modules/auth/accounts/imported-passwords.js';
import { EmailTaken } from '../modules/auth/auth.problems.js';
import { Email } from '../modules/auth/auth.schema.js';
import { OperatorCommand } from './operator-command.js';
import { withServer } from './place.js';

const PROGRESS_EVERY = 1_000;

const Line = z.strictObject({
  email: Email,
  bcrypt: z
    .string()
    .regex(/^\$2[aby]\$\d{2}\$[./A-Za-z0-9]{53}$/, { error: 'is not a bcrypt hash', abort: true })
    .refine((hash) => {
      const cost = Number(hash.slice(4, 6));
      return cost >= bcryptCosts.min && cost <= bcryptCosts.max;
    }, `has a cost outside of ${bcryptCosts.min} to ${bcryptCosts.max}`),
});

/** What became of the lines so far. */
interface Outcome {
  made: number;
  taken: number;
  faulty: number;
}

@SubCommand({
  name: 'import',
  description: 'Make uce accounts of people who had one elsewhere, from JSON lines on standard input.',
})
export class UserImportCommand extends OperatorCommand {
  @Help('after')
  form(): string {
    return (
      '\nEach line: {"email":"ada@example.com","bcrypt":"$2b$12$..."}. An address that has an account is left as it is, so an import can be run again.' +
      '\nFaulty lines are named on standard error by their number and skipped; then the command ends with 1.' +
      '\nNobody is written to. An account gets its keys and recovery codes at the first sign-in; until all have signed in, every sign-in costs one bcrypt run more.'
    );
  }

  override async run(): Promise<void> {
    const outcome: Outcome = { made: 0, taken: 0, faulty: 0 };
    await withServer(this.isEmbedded, async (server) => {
      const accounts = server.get(ImportedAccounts, { strict: false });
      let number = 0;
      for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
        number++;
        if (line.trim() !== '') await take(accounts, line, number, outcome);
        if (number % PROGRESS_EVERY === 0) process.stderr.write(`${number} lines\n`);
      }
    });
    process.stdout.write(`${outcome.made} made, ${outcome.taken} there already, ${outcome.faulty} faulty\n`);
    if (outcome.faulty > 0) throw new Error('Some lines were not taken; the others were.');
  }
}

async function take(accounts: ImportedAccounts, line: string, number: number, outcome: Outcome): Promise<void> {
  const { data, error } = Line.safeParse(parse(line));
  if (!data) {
    outcome.faulty++;
    // The faults name fields, never what was in them.
    const faults = error.issues.map(({ path, message }) => `${path.join('.') || 'the line'}: ${message}`);
    process.stderr.write(`line ${number}: ${faults.join('; ')}\n`);
    return;
  }
  try {
    await accounts.add(data);
    outcome.made++;
  } catch (problem) {
    if (!(problem instanceof EmailTaken)) throw problem;
    outcome.taken++;
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
