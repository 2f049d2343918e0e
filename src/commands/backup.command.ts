import { writeFile } from 'node:fs/promises';
import { Command, Help, Option, SubCommand } from 'nest-commander';
import { apiDatabaseOptions } from '../platform/config/config.js';
import type { Finding } from '../platform/doctor/finding.js';
import { examineBackups } from './backup/examine-backups.js';
import { Exit, Misuse } from './ending.js';
import { CommandGroup, OperatorCommand } from './operator-command.js';
import { inPlace } from './place.js';

const TOLERANCE = 5;
const SAMPLE = 20;

interface Asked {
  readonly live?: string;
  readonly restored?: string;
  readonly erased?: string;
  readonly managed?: boolean;
  readonly tolerance?: number;
  readonly sample?: number;
  readonly json?: boolean;
}

@SubCommand({
  name: 'check',
  description: 'Look at what the database says of its backups, and compare a restored one with it. Reads no content.',
})
export class BackupCheckCommand extends OperatorCommand {
  @Option({ flags: '--restored <url>', description: 'a restored database, to be compared with the live one' })
  restored(url: string): string {
    return postgresUrl(url, '--restored');
  }

  @Option({
    flags: '--live <url>',
    description: 'the live database, unless DATABASE_URL: comparing needs a role that bypasses row security',
  })
  live(url: string): string {
    return postgresUrl(url, '--live');
  }

  @Option({
    flags: '--erased <file>',
    description: 'write the receipts of who is in the restored one and was erased since',
  })
  erased(file: string): string {
    return file;
  }

  @Option({ flags: '--managed', description: 'a provider makes the backups: archiving is not looked at' })
  managed(): boolean {
    return true;
  }

  @Option({ flags: '--tolerance <percent>', description: `by how much a table may differ (${TOLERANCE})` })
  tolerance(text: string): number {
    return numberUpTo(100, text, '--tolerance');
  }

  @Option({ flags: '--sample <users>', description: `of how many users the history is made anew (${SAMPLE})` })
  sample(text: string): number {
    return numberUpTo(100_000, text, '--sample');
  }

  @Option({ flags: '--json', description: 'print JSON, for programs' })
  json(): boolean {
    return true;
  }

  @Help('after')
  what(): string {
    return (
      '\nOne line for each check: ok, fault (with what to do), or skipped because an earlier one failed. Ends with 1 unless all are ok.' +
      '\nPasswords may be left out of the addresses: PGPASSWORD and ~/.pgpass are read, and arguments can be seen by others.'
    );
  }

  override async run(_none: string[], asked: Asked): Promise<void> {
    const { restored, tolerance = TOLERANCE, sample = SAMPLE, managed: isManaged = false } = asked;
    if (asked.erased !== undefined && !restored) throw new Misuse('--erased needs --restored.');
    const { findings, erasedSince } = await this.withLive(asked.live, (live) =>
      examineBackups({ live, restored, isManaged, tolerance, sample }),
    );
    if (asked.erased !== undefined)
      await writeFile(asked.erased, erasedSince.map((line) => `${line}\n`).join(''), { mode: 0o600 });
    const isWell = findings.every(({ state }) => state === 'ok');
    const json = () => `${JSON.stringify({ ok: isWell, erased_since: erasedSince.length, checks: findings })}\n`;
    process.stdout.write(asked.json ? json() : findings.map(line).join(''));
    process.exitCode = isWell ? Exit.ok : Exit.failed;
  }

  private withLive<T>(url: string | undefined, work: (url: string) => Promise<T>): Promise<T> {
    if (url !== undefined) return work(url);
    if (!this.isEmbedded) return work(apiDatabaseOptions().DATABASE_URL.reveal());
    return inPlace(true, (configure) => work(configure().values.DATABASE_URL.reveal()));
  }
}

function postgresUrl(text: string, option: string): string {
  if (!URL.canParse(text) || !/^postgres(ql)?:$/.test(new URL(text).protocol))
    throw new Misuse(`${option} must be an address such as postgres://postgres@db.example.com/daybook.`);
  return text;
}

function numberUpTo(most: number, text: string, option: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isInteger(number) || number < 0 || number > most)
    throw new Misuse(`${option} must be a whole number from 0 to ${most}.`);
  return number;
}

const line = ({ name, state, detail, remedy }: Finding): string =>
  `${state.padEnd(7)} ${name}: ${detail}${remedy === undefined ? '' : `. ${remedy}`}\n`;

@Command({
  name: 'backup',
  description: 'Look whether what would be needed after a loss is there.',
  subCommands: [BackupCheckCommand],
})
export class BackupCommand extends CommandGroup {}
