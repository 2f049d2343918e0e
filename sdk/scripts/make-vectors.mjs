// Writes sdk/vectors/*.json from the built package; `--check` writes nothing and fails when a file is not current.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sodium from 'libsodium-wrappers-sumo';
import { format, resolveConfig } from 'prettier';
import * as crypto from '../dist/crypto/index.js';
import * as search from '../dist/search/index.js';
import { vectorFiles } from './vectors/files.mjs';

const folder = new URL('../vectors/', import.meta.url);
const isCheck = process.argv.includes('--check');
const style = await resolveConfig(fileURLToPath(new URL('keys.json', folder)));

const files = new Map();
for (const [name, file] of Object.entries(await vectorFiles(crypto, sodium, search))) {
  files.set(name, await format(JSON.stringify(file), { ...style, parser: 'json' }));
}
const onDisk = readdirSync(folder).filter((name) => name.endsWith('.json'));
const isCurrent = (name) => onDisk.includes(name) && readFileSync(new URL(name, folder), 'utf8') === files.get(name);
const stale = [...new Set([...files.keys(), ...onDisk])].filter((name) => !isCurrent(name));

for (const name of isCheck ? [] : stale) {
  const text = files.get(name);
  if (text === undefined) rmSync(new URL(name, folder));
  else writeFileSync(new URL(name, folder), text);
}
process.stdout.write(
  `${stale.length === 0 ? 'all current' : `${isCheck ? 'not current' : 'written'}: ${stale.join(', ')}`}\n`,
);
if (isCheck && stale.length > 0) process.exitCode = 1;
