import { Command, Help, Option, SubCommand } from 'nest-commander';
import { type ServerKeyCount, ServerKeyCounts } from '../modules/integrations/server-key-counts.js';
import { type PepperCount, PepperCounts } from '../modules/auth/keys/pepper-counts.js';
import { type KeyListName, keyList } from '../platform/config/config.js';
import { type Keyring, Secrets } from '../platform/secrets/keyring.js';
import { addKeyToFile, idsOf, newList, withNewKey } from '../platform/secrets/new-keys.js';
import { Misuse } from './ending.js';
import { CommandGroup, OperatorCommand } from './operator-command.js';
import { secretsFile, withServer } from './place.js';

/** What can be rotated, by the word for it. */
const lists = new Map<string, KeyListName>([
  ['token', 'TOKEN_KEYS'],
  ['password-pepper', 'PASSWORD_PEPPERS'],
  ['session-pepper', 'SESSION_PEPPERS'],
  ['server-key', 'SERVER_KEYS'],
]);

@SubCommand({
  name: 'rotate',
  arguments: '<kind>',
  argsDescription: { kind: [...lists.keys()].join(', ') },
  description: 'Put a new key in front of a list. The old ones stay in it, and work until they are used up.',
})
export class KeysRotateCommand extends OperatorCommand {
  @Option({
    flags: '--file <path>',
    description: 'change this secrets.json, after a copy was made beside it, instead of printing a list',
  })
  file(path: string): string {
    return path;
  }

  @Help('after')
  next(): string {
    return (
      '\nWithout --file it reads TOKEN_KEYS, PASSWORD_PEPPERS, SESSION_PEPPERS or SERVER_KEYS and prints the new value, which is secret.' +
      '\nWith --embedded it changes the secrets.json of that instance.' +
      '\nNothing changes before every process has been started with the new list: docs/runbooks/rotate-keys.md.'
    );
  }

  override async run([kind = '']: string[], { file }: { file?: string }): Promise<void> {
    const name = lists.get(kind);
    if (!name) throw new Misuse(`There is no such kind of key: it is one of ${[...lists.keys()].join(', ')}.`);
    const place = file ?? (this.isEmbedded ? secretsFile() : undefined);
    if (place === undefined) process.stdout.write(`${withNewKey(name, keyList(name), new Date())}\n`);
    else process.stdout.write(changeFile(place, name));
  }
}

function changeFile(file: string, name: KeyListName): string {
  const { list, backup } = addKeyToFile(file, name, new Date());
  const [current, ...older] = idsOf(list);
  return `${name}: ${current} is current from the next start on, then ${older.join(', ')}\nThe file as it was: ${backup}\n`;
}

@SubCommand({
  name: 'new',
  description:
    'Print the first TOKEN_KEYS, PASSWORD_PEPPERS, SESSION_PEPPERS and SERVER_KEYS of an installation, as an env file.',
})
export class KeysNewCommand extends OperatorCommand {
  @Help('after')
  once(): string {
    return '\nFor a new installation only: one that has users needs its old keys (keys rotate). The lines are secret.';
  }

  override async run(): Promise<void> {
    const now = new Date();
    const names = [...lists.values()];
    process.stdout.write(names.map((name) => `${name}=${newList(name, now)}\n`).join(''));
  }
}

/** One pepper and what still needs it. */
interface PepperUse {
  readonly id: string;
  readonly state: 'current' | 'older' | 'MISSING';
  readonly verifiers: number;
  readonly slots: number;
}

const ofPasswords = new Set<PepperCount['kind']>(['verifier', 'password']);

@SubCommand({
  name: 'status',
  description: 'How many passwords and sessions still need which pepper. Counts only.',
})
export class KeysStatusCommand extends OperatorCommand {
  @Help('after')
  meaning(): string {
    return '\nA password pepper that nothing needs may be taken out of the list; a session pepper 30 days after it was replaced, since refresh tokens are not counted. One that is MISSING from the list locks out whoever needs it.';
  }

  override async run(): Promise<void> {
    const { counts, serverCounts, secrets } = await withServer(this.isEmbedded, async (server) => ({
      counts: await server.get(PepperCounts, { strict: false }).count(),
      serverCounts: await server.get(ServerKeyCounts, { strict: false }).count(),
      secrets: server.get(Secrets, { strict: false }),
    }));
    const isOfPasswords = ({ kind }: PepperCount) => ofPasswords.has(kind);
    const passwords = usesOf(secrets.passwordPeppers, counts.filter(isOfPasswords));
    const sessions = usesOf(
      secrets.sessionPeppers,
      counts.filter((count) => !isOfPasswords(count)),
    );
    const serverKeys = serverKeysOf(secrets.serverKeys, serverCounts);
    const tables = [table('password peppers', passwords), table('session peppers', sessions), serverTable(serverKeys)];
    process.stdout.write(tables.filter((text) => text !== '').join('\n'));
    const missing = [...passwords, ...sessions, ...serverKeys].filter(({ state }) => state === 'MISSING');
    if (missing.length > 0)
      throw new Error(`Put ${missing.map(({ id }) => id).join(', ')} back: it is needed, and not configured.`);
  }
}

function usesOf(ring: Keyring, counts: readonly PepperCount[]): PepperUse[] {
  const sum = (id: string, isVerifier: boolean) =>
    counts
      .filter(({ kind, pepper_id }) => pepper_id === id && (kind === 'verifier') === isVerifier)
      .reduce((total, { count }) => total + count, 0);
  const known = ring.all.map(({ id }) => id);
  const ids = [...new Set([...known, ...counts.map(({ pepper_id }) => pepper_id)])];
  return ids.map((id) => {
    const state = id === ring.current.id ? 'current' : known.includes(id) ? 'older' : 'MISSING';
    return { id, state, verifiers: sum(id, true), slots: sum(id, false) };
  });
}

/** One server key, and how many secrets are sealed under it. */
interface ServerKeyUse {
  readonly id: string;
  readonly state: 'current' | 'older' | 'MISSING';
  readonly secrets: number;
}

function serverKeysOf(ring: Keyring | null, counts: readonly ServerKeyCount[]): ServerKeyUse[] {
  const known = ring?.all.map(({ id }) => id) ?? [];
  const ids = [...new Set([...known, ...counts.map(({ server_key_id }) => server_key_id)])];
  return ids.map((id) => {
    const state = id === ring?.current.id ? 'current' : known.includes(id) ? 'older' : 'MISSING';
    return { id, state, secrets: counts.find(({ server_key_id }) => server_key_id === id)?.count ?? 0 };
  });
}

const serverTable = (uses: readonly ServerKeyUse[]): string =>
  uses.length === 0
    ? ''
    : [
        'server keys',
        ...uses.map(({ id, state, secrets }) => `  ${id.padEnd(32)} ${state.padEnd(8)} ${secrets} secrets`),
        '',
      ].join('\n');

const table = (title: string, uses: readonly PepperUse[]): string =>
  [
    title,
    ...uses.map(
      ({ id, state, verifiers, slots }) =>
        `  ${id.padEnd(32)} ${state.padEnd(8)} ${verifiers} verifiers, ${slots} slots`,
    ),
    '',
  ].join('\n');

@Command({
  name: 'keys',
  description: "Make and change the operator's keys, and see which are still needed.",
  subCommands: [KeysNewCommand, KeysRotateCommand, KeysStatusCommand],
})
export class KeysCommand extends CommandGroup {}
