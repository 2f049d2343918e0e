import { parseArgs } from 'node:util';
import { ready } from '@daybook/sdk/crypto';
import { readCorpus } from '../scripts/demo/corpus.mjs';
import { startInstance } from '../scripts/demo/instance.mjs';
import { say, table } from '../scripts/demo/terminal.mjs';
import { machine, machineLine } from './machine.mjs';
import { beginDiary, fillDiary, signIn } from './search/diary.mjs';
import { measureSearches } from './search/measure.mjs';
import { addOthers, analyze, connect } from './search/others.mjs';
import { chooseQueries } from './search/queries.mjs';
import { zipfTexts } from './search/texts.mjs';

/** More entries have these texts in turns. */
const TEXTS_MAX = 4_000;
const BLOCK_MS_MAX = 20;
/** The p95 that is aimed at, up to so many entries. */
const AIMS = [
  { entries: 3_413, p95Ms: 25 },
  { entries: 100_000, p95Ms: 120 },
];

const OPTIONS = {
  sizes: { type: 'string', default: '3413,100000' },
  others: { type: 'string', default: '1000000' },
  runs: { type: 'string', default: '100' },
  corpus: { type: 'string' },
  json: { type: 'boolean', default: false },
};

/** What the first page of a search costs as a diary grows, and whether the diaries of others matter. */
export async function benchSearch({ folder, args, signal }) {
  const { sizes, others, runs, corpus, json } = parseArgs({ args, options: OPTIONS }).values;
  await ready();
  const facts = machine();
  const counts = sizes.split(',').map(Number);
  const texts = corpus
    ? (await readCorpus(corpus)).map(({ content }) => content)
    : zipfTexts(Math.min(TEXTS_MAX, Math.max(...counts)));
  const queries = chooseQueries(texts);
  const instance = await startInstance(folder);
  const database = await connect(instance.data);
  try {
    const at = { ...instance, database, texts, queries, runs: Number(runs), signal, tell: json ? () => {} : say };
    if (!json) begin({ facts, runs, texts, queries });
    const measured = await measureAll(at, counts, Number(others));
    if (json) say(JSON.stringify(measured.map(inNumbers)));
    else judge(measured);
  } finally {
    await database.end();
    await instance.stop();
  }
}

/** Each diary as soon as it is there, and all of them once more among the entries of others. */
async function measureAll(at, counts, others) {
  const { database, tell } = at;
  const measured = [];
  const diaries = [];
  for (const count of counts) {
    const email = `writer-of-${count}@example.com`;
    const diary = { ...(await beginDiary({ ...at, email, content: at.texts[0] })), count };
    const from = performance.now();
    await fillDiary({ ...at, diary, count: count - 1 });
    tell(`${count} entries were made in ${((performance.now() - from) / 1000).toFixed(0)} s.`);
    await analyze(database);
    diaries.push(diary);
    measured.push(await measureOne(at, diary, 0));
  }
  if (others > 0) {
    const from = performance.now();
    await addOthers({ ...at, count: others });
    await analyze(database);
    tell(`${others} entries of others were made in ${((performance.now() - from) / 1000).toFixed(0)} s.`);
    for (const diary of diaries) measured.push(await measureOne(at, diary, others));
  }
  return measured;
}

/** Its rows are told at once: all of them take minutes. */
async function measureOne(at, { email, count }, others) {
  const token = await signIn(at.url, email, at.signal);
  const measured = { count, others, ...(await measureSearches({ ...at, token })) };
  at.tell(`\n${tableOf(measured)}\n`);
  return measured;
}

/** Only what was counted: times differ from run to run. */
const inNumbers = ({ count, others, results }) => ({
  count,
  others,
  results: results.map(({ kind, times, hits, complete }) => ({ kind, searches: times.count, hits, complete })),
});

function begin({ facts, runs, texts, queries }) {
  say(machineLine(facts));
  say(
    `\n${texts.length} different texts, in turns. ${queries.map(({ kind, query }) => `${kind}: ${query}`).join('; ')}.`,
  );
  say(
    `\nFirst pages, ${runs} of each, in milliseconds. "work" is what the server's main thread worked for one of them;`,
  );
  say(`"wait" how long a call took that asked meanwhile whether the server is alive.\n`);
}

const HEAD = ['entries, and of others: query', 'hits', 'p50', 'p95', 'p99', 'work', 'wait p50', 'wait p99', 'longest'];

const tableOf = (one) => table([HEAD, ...rowsOf(one)]);

function judge(measured) {
  for (const { count, others, memory } of measured)
    say(`  ${count} and ${others}: the server had ${inMib(memory.before)} before and ${inMib(memory.peak)} at most`);
  for (const { count, others, idle, results } of measured) {
    const { p95Ms } = AIMS.find(({ entries }) => count <= entries) ?? AIMS.at(-1);
    const p95 = Math.max(...results.map(({ times }) => times.percentile(95)));
    say(`  ${mark(p95 < p95Ms)} ${count} and ${others}: p95 ${p95.toFixed(1)} ms at most; ${p95Ms} ms is the aim`);
    const longest = Math.max(...results.map(({ waits }) => waits.percentile(100)));
    const rest = idle.percentile(100).toFixed(1);
    say(
      `  ${mark(longest <= BLOCK_MS_MAX)} ${count} and ${others}: the longest wait ${longest.toFixed(1)} ms (${rest} while nobody searched)`,
    );
  }
}

const mark = (holds) => (holds ? '✓' : '✗');
const inMib = (mib) => `${mib.toFixed(0)} MiB`;

const rowsOf = ({ count, others, results, idle }) => [
  [`${count}, ${others}: nobody searches`, '', '', '', '', '', ...waitsOf(idle)],
  ...results.map(({ kind, times, workMs, waits, hits, complete }) => [
    `${count}, ${others}: ${kind}`,
    `${hits}${complete ? '' : ' …'}`,
    ...[50, 95, 99].map((percent) => times.percentile(percent).toFixed(1)),
    workMs.toFixed(1),
    ...waitsOf(waits),
  ]),
];

const waitsOf = (waits) => [50, 99, 100].map((percent) => waits.percentile(percent).toFixed(1));
