// npm run generate: writes what is generated and committed. With --check: says what is stale, and changes nothing.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import * as prettier from 'prettier';
import { describeConfiguration } from './configuration.mjs';
import { dumpSchema } from './schema.mjs';

const isCheck = process.argv.includes('--check');
const folder = mkdtempSync(join(tmpdir(), 'daybook-generate-'));

/** Runs a script on this Node and answers the file that it wrote. */
function written(name, ...command) {
  const file = join(folder, name);
  const { status, stderr } = spawnSync(process.execPath, [...command, file], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command[0]} failed:\n${stderr}`);
  return readFileSync(file, 'utf8');
}

/** The generated files of this tree, each after those that it is made from. */
async function generate() {
  const openapi = written('openapi.json', 'dist/src/openapi.js');
  const contract = join(folder, 'openapi.json');
  return {
    'openapi.json': openapi,
    'sdk/src/generated/api.ts': written(
      'api.ts',
      'node_modules/openapi-typescript/bin/cli.js',
      contract,
      '--redocly',
      'redocly.yaml',
      '-o',
    ),
    'schema.sql': await dumpSchema(join(folder, 'postgres')),
    'docs/configuration.md': await describeConfiguration(formatMarkdown),
  };
}

const formatMarkdown = async (text) =>
  prettier.format(text, { ...(await prettier.resolveConfig('docs/configuration.md')), parser: 'markdown' });

function current(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

try {
  const files = Object.entries(await generate());
  const stale = files.filter(([path, content]) => current(path) !== content);
  for (const [path, content] of stale) {
    if (!isCheck) writeFileSync(path, content);
    process.stdout.write(isCheck ? `${path} is stale: npm run generate\n` : `${path} written\n`);
  }
  if (stale.length === 0) process.stdout.write(`${files.length} generated files are current\n`);
  process.exitCode = isCheck && stale.length > 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
