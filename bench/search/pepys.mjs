import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Daybook } from '@daybook/sdk';
import { createId } from '@daybook/sdk/crypto';
import { readCorpus } from '../../scripts/demo/corpus.mjs';
import { startInstance } from '../../scripts/demo/instance.mjs';
import { progress, say, table } from '../../scripts/demo/terminal.mjs';
import { machine, machineLine } from '../machine.mjs';
import { Times } from '../times.mjs';
import { readAll, scan } from './scan.mjs';

const QUERIES = new URL('../../sdk/test/search/pepys-queries.json', import.meta.url);
const OPTIONS = { corpus: { type: 'string' }, json: { type: 'boolean', default: false } };
const PASSWORD = 'a rainy sunday with cocoa';
const TIERS = ['uce', 'e2e'];
const SORTS = ['relevance', 'newest'];
const PAGE_SIZE = 100;
const IN_FLIGHT = 4;

/** Whether sixty queries find what reading every entry finds, through a real server, in both tiers and orders. */
export async function benchPepys({ folder, args, signal }) {
  const { corpus, json } = parseArgs({ args, options: OPTIONS }).values;
  if (corpus === undefined) throw Object.assign(new Error('--corpus FILE is missing'), { code: 'ERR_PARSE_ARGS' });
  const facts = machine();
  const drafts = (await readCorpus(corpus)).map((draft) => ({ id: createId(), ...draft }));
  const entries = readAll(drafts);
  const { queries } = JSON.parse(readFileSync(QUERIES, 'utf8'));
  const expected = queries.map((query) => ({ ...query, ids: scan(query.query, entries) }));
  const { url, stop } = await startInstance(folder);
  try {
    const tiers = [];
    for (const tier of TIERS) tiers.push(await searchAll({ url, tier, drafts, expected, signal, isQuiet: json }));
    if (json) say(JSON.stringify(tiers.map(({ tier, found, missed, extra }) => ({ tier, found, missed, extra }))));
    else report({ facts, drafts, expected, tiers });
    if (tiers.some(({ missed, extra }) => missed + extra > 0)) process.exitCode = 1;
  } finally {
    await stop();
  }
}

async function searchAll({ url, tier, drafts, expected, signal, isQuiet }) {
  const { daybook } = await Daybook.signUp({
    url,
    tier,
    email: `the-${tier}-searcher@example.com`,
    password: PASSWORD,
  });
  const step = isQuiet ? () => undefined : progress(`${tier}: writing`, drafts.length);
  const queue = drafts.values();
  const writer = async () => {
    for (const draft of queue) {
      await daybook.entries.write(draft, { signal });
      step();
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, writer));
  // e2e: the index of this client is made with the first search.
  await daybook.search({ query: 'nothing' }, { signal });
  const firstPages = new Times();
  const results = [];
  for (const { query, ids } of expected)
    for (const sort of SORTS)
      results.push({ query, ...(await compare(daybook, query, sort, ids, firstPages, signal)) });
  await daybook.signOut();
  const sum = (name) => results.reduce((all, result) => all + result[name], 0);
  return { tier, results, firstPages, found: sum('found'), missed: sum('missed'), extra: sum('extra') };
}

/** One query over all pages, against the ids that it should find. */
async function compare(daybook, query, sort, ids, firstPages, signal) {
  const found = [];
  let pages = 0;
  for (let cursor; cursor !== null; pages++) {
    const ask = () => daybook.search({ query, sort, limit: PAGE_SIZE, ...(cursor && { cursor }) }, { signal });
    const page = await (pages === 0 ? firstPages.time(ask) : ask());
    found.push(...page.data.map(({ entry }) => entry.id));
    cursor = page.next_cursor;
  }
  const [wanted, got] = [new Set(ids), new Set(found)];
  const missed = wanted.difference(got).size;
  // What is shown twice is one too many, too.
  return { pages, found: found.length, missed, extra: got.difference(wanted).size + found.length - got.size };
}

function report({ facts, drafts, expected, tiers }) {
  say(machineLine(facts));
  say(`\n${expected.length} queries on ${drafts.length} entries, each by relevance and by day, ${PAGE_SIZE} a page:\n`);
  const head = ['query', 'scan', ...TIERS.flatMap((tier) => [`${tier}: found`, 'missed', 'extra', 'pages'])];
  say(table([head, ...expected.map(({ query, ids }) => rowOf(query, ids, tiers))]));
  const known = expected.filter(({ entries, ids }) => entries === ids.length).length;
  say(`\n  ${known} of ${expected.length} scans count what the list of queries says.`);
  for (const { tier, missed, extra, firstPages } of tiers) {
    const [p50, p95, p99] = [50, 95, 99].map((percent) => firstPages.percentile(percent).toFixed(1));
    const isExact = missed + extra === 0;
    say(
      `  ${isExact ? '✓' : '✗'} ${tier}: ${missed} missed, ${extra} too many; first pages ${p50} ms, p95 ${p95}, p99 ${p99}`,
    );
  }
}

/** Both orders in one row: they find the same. */
const rowOf = (query, ids, tiers) => [
  query,
  String(ids.length),
  ...tiers.flatMap(({ results }) => {
    const both = results.filter((result) => result.query === query);
    const cell = (name) => [...new Set(both.map((result) => result[name]))].join('/');
    return ['found', 'missed', 'extra', 'pages'].map(cell);
  }),
];
