import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { progress, say, table } from '../scripts/demo/terminal.mjs';
import { lexemesOf, signaturesOf, VARIANTS } from './leakage/database.mjs';
import { readDiary } from './leakage/diary.mjs';
import { knownEntries, searchKeyOf } from './leakage/draws.mjs';
import { readExactly } from './leakage/exact.mjs';
import { readLexemes } from './leakage/lexemes.mjs';
import { readNearest } from './leakage/nearest.mjs';
import { score } from './leakage/score.mjs';
import { guessWithout, saidOf, weigh } from './leakage/weighed.mjs';

const DEMO = fileURLToPath(new URL('../demo/diary.jsonl', import.meta.url));
const SHARES = [0.01, 0.03, 0.1];
const CHOICES = ['spread', 'clustered'];
const ATTACKS = ['exact', 'nearest', 'weighed, 90 %', 'weighed, 50 %'];
const SCOPES = {
  spread: { others: 'spread over the years: read of all other entries' },
  clustered: {
    year: 'all of one year: read of the rest of that year',
    others: 'all of one year: read of all other entries',
  },
};

const OPTIONS = {
  draws: { type: 'string', default: '3' },
  json: { type: 'boolean', default: false },
};

/** How much of a diary somebody reads who has the database and knows a few of the entries. */
export async function benchLeakage({ args, signal }) {
  const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  const entries = await readDiary(positionals[0] ?? DEMO);
  const draws = Array.from({ length: Number(values.draws) }, (_, draw) => draw);
  const isQuiet = values.json || !process.stdout.isTTY;
  const step = isQuiet ? () => {} : progress('databases attacked', draws.length * (VARIANTS.length + 1));
  const results = [];
  for (const draw of draws) {
    for (const attack of [...VARIANTS.map(attackSignatures), attackLexemes]) {
      results.push(...attack(entries, knowledgeOf(entries, draw), searchKeyOf(draw)));
      step();
      // Interruptions are heard between two attacks: each keeps the process busy.
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    }
  }
  const summed = sumsOf(results);
  if (values.json) say(JSON.stringify(summed));
  else report(entries, draws.length, summed);
}

/** What the attacker knows, for each choice and share: which stems the known entries have, and at which places. */
const knowledgeOf = (entries, draw) =>
  CHOICES.flatMap((choice) =>
    SHARES.map((share) => {
      const numbers = knownEntries(entries, { choice, share, draw });
      const places = new Map(numbers.map((n) => [n, entries[n].places]));
      const known = new Map(numbers.map((n) => [n, new Set(entries[n].places.keys())]));
      return { choice, share, known, places };
    }),
  );

const attackSignatures = (variant) => (entries, knowledge, searchKey) => {
  const rows = signaturesOf(entries, variant, searchKey);
  return knowledge.flatMap(({ choice, share, known }) => {
    const guesses = weigh(rows, known);
    const said = [readExactly(rows, known), readNearest(rows, known), saidOf(guesses, 0.9), saidOf(guesses, 0.5)];
    return said.map((words, n) => ({
      database: variant.name,
      choice,
      share,
      known: known.size,
      attack: ATTACKS[n],
      ...score(entries, known, words),
    }));
  });
};

function attackLexemes(entries, knowledge, searchKey) {
  const rows = lexemesOf(entries, searchKey);
  return knowledge.flatMap(({ choice, share, known, places }) => {
    const of = { choice, share, known: known.size };
    const guesses = guessWithout(entries.length, known);
    return [
      {
        database: 'keyed lexemes, positions',
        ...of,
        attack: 'exact',
        ...score(entries, known, readLexemes(rows, places)),
      },
      ...[0.9, 0.5].map((sureness, n) => ({
        database: 'none: by frequency alone',
        ...of,
        attack: ATTACKS[n + 2],
        ...score(entries, known, saidOf(guesses, sureness)),
      })),
    ];
  });
}

/** The counts of all draws together, one result for each database, choice, share, attack and scope. */
function sumsOf(results) {
  const sums = new Map();
  for (const { others, year, ...of } of results) {
    for (const [scope, counts] of Object.entries({ others, year })) {
      if (!(scope in SCOPES[of.choice])) continue;
      const name = JSON.stringify([of.database, of.choice, of.share, of.attack, scope]);
      const sum = sums.get(name) ?? { ...of, scope, said: 0, right: 0, read: 0, all: 0, recalls: [] };
      for (const [what, count] of Object.entries(counts)) sum[what] += count;
      sum.recalls.push(counts.read / counts.all);
      sums.set(name, sum);
    }
  }
  return [...sums.values()];
}

function report(entries, draws, results) {
  say(`${entries.length} entries, ${draws} draws of known entries and keys.`);
  say('Each cell: occurrences of words that are read, of all, in % | words said that are there, of all said, in %');
  for (const choice of CHOICES) {
    for (const [scope, title] of Object.entries(SCOPES[choice])) {
      for (const share of SHARES) {
        const shown = results.filter((of) => of.choice === choice && of.scope === scope && of.share === share);
        say(`\n${share * 100} % known (${shown[0].known} entries), ${title}\n`);
        say(table([['database', ...ATTACKS], ...rowsOf(shown)]));
      }
    }
  }
  const widest = Math.max(...results.map(({ recalls }) => Math.max(...recalls) - Math.min(...recalls)));
  say(`\nThe share that is read differs between draws by ${(widest * 100).toFixed(1)} points at most.`);
}

const rowsOf = (results) =>
  [...Map.groupBy(results, ({ database }) => database)].map(([database, cells]) => [
    database,
    ...ATTACKS.map((attack) => cellOf(cells.find((cell) => cell.attack === attack))),
  ]);

function cellOf(cell) {
  if (!cell) return '';
  const recall = ((100 * cell.read) / cell.all).toFixed(1);
  return `${recall} | ${cell.said === 0 ? ' –' : ((100 * cell.right) / cell.said).toFixed(0).padStart(3)}`;
}
