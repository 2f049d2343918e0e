import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from '@jest/globals';

export interface CliAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface CliOptions {
  readonly environment?: Record<string, string>;
  /** What comes on standard input. */
  readonly input?: string;
  /** The command is asked for a secret, and prints it. */
  readonly mayShowSecrets?: boolean;
}

/**
 * Runs the operators' commands as a process of their own. Whatever the command, it shows no stack, no password from its
 * input, and none of the secrets in its environment.
 */
export async function daybook(
  args: string[],
  { environment = {}, input = '', mayShowSecrets = false }: CliOptions,
): Promise<CliAnswer> {
  const child = spawn(process.execPath, ['--enable-source-maps', resolve('dist/src/cli.js'), ...args], {
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'], ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => undefined); // it may end without reading
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  const output = stdout + stderr;
  expect(output).not.toMatch(/^\s+at .+:\d+:\d+\)?$/m);
  const secrets = mayShowSecrets ? [] : secretsIn(environment);
  for (const secret of [...secrets, input.trim()].filter((known) => known !== '')) expect(output).not.toContain(secret);
  return { code: Number(code), stdout, stderr };
}

const secretsIn = (environment: Record<string, string>): string[] =>
  Object.entries(environment).flatMap(([name, value]) => {
    if (name.endsWith('_URL') && name !== 'PUBLIC_URL') return [value, new URL(value).password].filter(isTelling);
    if (/^(S3_SECRET_ACCESS_KEY|FACEBOOK_APP_SECRET)$/.test(name)) return [value].filter(isTelling);
    return /_(KEYS|PEPPERS)$/.test(name) ? value.split(',').map((pair) => pair.split(':')[1] ?? '') : [];
  });

/** The test database's passwords are the roles' names, which may well be told. */
const isTelling = (secret: string) => secret.length > 8;
