// npm run demo -- [--corpus FILE] [--keep]
// Keeps a diary in both tiers on a fresh instance, reads it back and compares every byte; then stops the instance and looks
// for the diary in everything that it left on the disk. Exit code 0 only when all came back and nothing was found.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CorpusRefused, readCorpus } from './demo/corpus.mjs';
import { emailOf, keepDiary } from './demo/diary.mjs';
import { startInstance } from './demo/instance.mjs';
import { choosePhrases } from './demo/phrases.mjs';
import { Sweep } from './demo/sweep.mjs';
import { say, table } from './demo/terminal.mjs';

const TIERS = ['uce', 'e2e'];
const PHRASES = 20;
const DIFFERENCES_SHOWN = 5;
const SAMPLE = fileURLToPath(new URL('../demo/diary.jsonl', import.meta.url));
const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => interrupted.abort(new Error('interrupted')));

/** @returns whether everything is as it should be */
async function demo(corpus, folder) {
  const startedAt = performance.now();
  const instance = await startInstance(folder);
  say(`A fresh instance serves after ${seconds(performance.now() - startedAt)} s.\n`);
  const results = [];
  try {
    for (const tier of TIERS) results.push(await keepDiary({ ...instance, tier, corpus, signal: interrupted.signal }));
  } finally {
    await instance.stop();
  }
  const isSame = reportDiaries(results);
  say('\nThe instance is stopped. Looking for the diary in all that it left on the disk:\n');
  return (await isNothingLeft(corpus, folder, instance.data)) && isSame;
}

function reportDiaries(results) {
  const head = [
    'tier',
    'entries',
    'seconds',
    'entries/s',
    'write p50',
    'p99',
    'read p50',
    'p99',
    'list page p50',
    'p99',
    'differences',
  ];
  const rows = results.map(({ tier, entries, writeSeconds, write, read, list, differences }) => [
    tier,
    String(entries),
    writeSeconds.toFixed(1),
    (entries / writeSeconds).toFixed(0),
    ...[write, read, list].flatMap((times) => [50, 99].map((p) => times.percentile(p).toFixed(1))),
    String(differences.length),
  ]);
  say(`\n${table([head, ...rows])}\n`);
  say(
    '  seconds and entries/s: writing, four at a time · p50, p99: milliseconds per call, encryption by the client included',
  );
  const differences = results.flatMap(({ tier, differences }) => differences.map((what) => `${tier}: ${what}`));
  for (const what of differences.slice(0, DIFFERENCES_SHOWN)) say(`  ✗ ${what}`);
  return differences.length === 0;
}

async function isNothingLeft(corpus, folder, data) {
  const phrases = choosePhrases(corpus, PHRASES);
  const controls = TIERS.map(emailOf);
  const sweep = new Sweep([...phrases, ...controls]);
  await sweep.lookIntoFiles(folder);
  await sweep.lookIntoTables(data);
  const found = phrases.filter((phrase) => sweep.placesOf(phrase).length > 0);
  const missing = controls.filter((control) => sweep.placesOf(control).length === 0);
  say(`  ${sweep.files} files, ${sweep.rows} rows of all tables, ${(sweep.bytes / 2 ** 20).toFixed(0)} MiB;`);
  say('  as UTF-8 and UTF-16 in upper and lower case, and as base64');
  say(`  ${phrases.length} phrases of the diary: ${found.length} found`);
  for (const phrase of found) say(`  ✗ “${phrase}” in ${sweep.placesOf(phrase).join(', ')}`);
  for (const control of controls)
    say(`  control, an address stored in the clear: ${control} found in ${sweep.placesOf(control).length} places`);
  if (phrases.length === 0) say('  ✗ the corpus has no phrase of four words to look for');
  return phrases.length > 0 && found.length === 0 && missing.length === 0;
}

const seconds = (milliseconds) => (milliseconds / 1000).toFixed(1);

async function main() {
  const options = { corpus: { type: 'string', default: SAMPLE }, keep: { type: 'boolean', default: false } };
  const { corpus: file, keep } = parseArgs({ options }).values;
  const corpus = await readCorpus(file);
  say(`${corpus.length} entries from ${basename(file)}, written by a user of each tier through the SDK.`);
  const folder = await mkdtemp(join(tmpdir(), 'daybook-demo-'));
  try {
    const isGood = await demo(corpus, folder);
    say(
      `\n${isGood ? '✓ Every byte came back, and none of it lies readable on the disk.' : '✗ Not as it should be: see above.'}`,
    );
    process.exitCode = isGood ? 0 : 1;
  } finally {
    if (keep) say(`Kept: ${folder}`);
    else await rm(folder, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  const isPlain = error instanceof CorpusRefused || error.code?.startsWith('ERR_PARSE_ARGS');
  const message = isPlain ? error.message : error.stack;
  process.stderr.write(`${interrupted.signal.aborted ? 'Interrupted.' : message}\n`);
  process.exitCode = 1;
}
