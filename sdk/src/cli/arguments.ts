import { parseArgs } from 'node:util';
import { type ArchiveFormat, type ArchiveLimits, defaultLimits } from '../archives/index.js';
import { isTimeZone } from '../archives/zoned-day.js';
import type { Tier } from '../session-store.js';

/** The program was called in a way that cannot work; the sentence says how it can. */
export class Misuse extends Error {}

export const usage = `daybook-import <format> <archive.zip>... --url <url> --tier <tier> --email <address>
daybook-import <format> <archive.zip>... --dry-run

Imports a diary from another service. Run again, it brings only what is not there yet.

  <format>             facebook   "Download your information", as JSON
                       day-one    "JSON in a ZIP file"
  --url <url>          the server, e.g. https://diary.example.org
  --tier <tier>        e2e or uce, as chosen when the account was made
  --email <address>    of the account; its password is asked for, or read from standard input
  --dry-run            changes nothing, and says what would be imported; with an account, also what is there
  --time-zone <zone>   e.g. Europe/Vienna: whose days are meant where the archive does not say; else this machine's
  --json               the report as JSON
  --limit <name=n>     another limit (may be given several times): ${Object.keys(defaultLimits).join(', ')}
  --help               this
`;

/** Whose diary it is. */
export interface Account {
  readonly url: string;
  readonly tier: Tier;
  readonly email: string;
}

export interface Arguments {
  readonly format: ArchiveFormat;
  readonly paths: readonly string[];
  readonly account: Account | undefined;
  readonly isDryRun: boolean;
  readonly isJson: boolean;
  readonly timeZone: string | undefined;
  readonly limits: Partial<ArchiveLimits>;
}

const formatsByWord: Readonly<Record<string, ArchiveFormat>> = {
  facebook: 'facebook',
  'day-one': 'day-one',
  dayone: 'day-one',
};

const options = {
  url: { type: 'string' },
  tier: { type: 'string' },
  email: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  'time-zone': { type: 'string' },
  json: { type: 'boolean', default: false },
  limit: { type: 'string', multiple: true, default: [] as string[] },
  help: { type: 'boolean', default: false },
} as const;

/** What the program is asked to do; undefined when it is asked for help. @throws Misuse */
export function readArguments(args: readonly string[]): Arguments | undefined {
  const { values, positionals } = parsed(args);
  if (values.help) return undefined;
  const [word = '', ...paths] = positionals;
  const format = Object.hasOwn(formatsByWord, word) ? formatsByWord[word] : undefined;
  if (!format) throw new Misuse('Say which format it is, facebook or day-one; --help explains.');
  if (paths.length === 0) throw new Misuse('Say which archive is to be imported; --help explains.');
  const { 'dry-run': isDryRun, json: isJson, 'time-zone': timeZone } = values;
  if (timeZone !== undefined) assertTimeZone(timeZone);
  const limits = Object.fromEntries(values.limit.map(limitOf));
  return { format, paths, account: accountOf(values, isDryRun), isDryRun, isJson, timeZone, limits };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new Misuse(error instanceof Error ? error.message : 'The arguments cannot be read.', { cause: error });
  }
}

type Given = { readonly [Name in keyof Account]?: string | undefined };

function accountOf({ url, tier, email }: Given, isDryRun: boolean): Account | undefined {
  if (isDryRun && url === undefined && email === undefined) return undefined;
  if (url === undefined || email === undefined) throw new Misuse('Say --url and --email; --help explains.');
  if (tier !== 'e2e' && tier !== 'uce') throw new Misuse('Say --tier e2e or --tier uce, as chosen for the account.');
  if (!isSafe(url)) throw new Misuse('--url has to begin with https:// (http:// only for this machine itself).');
  return { url, tier, email };
}

/** The password and the diary go there. */
function isSafe(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname));
}

function assertTimeZone(timeZone: string): void {
  if (!isTimeZone(timeZone)) throw new Misuse('--time-zone has to be a name such as Europe/Vienna.');
}

function limitOf(text: string): [string, number] {
  const [, name = '', number = ''] = /^(\w+)=([1-9]\d{0,14})$/.exec(text) ?? [];
  if (!Object.hasOwn(defaultLimits, name))
    throw new Misuse('--limit has to be one of those that --help names, =, and a number.');
  return [name, Number(number)];
}
