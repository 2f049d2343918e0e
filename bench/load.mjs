import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findPgBouncer, startPgBouncer } from '../scripts/pgbouncer.mjs';
import { say, table } from '../scripts/demo/terminal.mjs';
import { load } from './load/client.mjs';
import { cpuMs, machineCpuMs, startApi, startBackbone } from './load/processes.mjs';
import { sizesOf, walBytes } from './load/sizes.mjs';
import { PASSWORD, send } from './logins/people.mjs';
import { machine, machineLine } from './machine.mjs';
import { connect } from './search/others.mjs';
import { zipfTexts } from './search/texts.mjs';

const TEXTS = 500;
/** What the API keeps open at most, unless DATABASE_POOL_MAX says otherwise; the pooler has as many to PostgreSQL. */
const POOL_SIZE = 10;

const OPTIONS = {
  connections: { type: 'string', default: '50' },
  seconds: { type: 'string', default: '10' },
  rounds: { type: 'string', default: '2' },
  json: { type: 'boolean', default: false },
};

/** What one API process and PostgreSQL do for many at once, with PgBouncer between and without; and how much room it takes. */
export async function benchLoad({ folder, args, signal }) {
  const { connections, seconds, rounds, json } = parseArgs({ args, options: OPTIONS }).values;
  const facts = machine();
  const backbone = await startBackbone(folder);
  const database = await connect(folder);
  const ways = [];
  try {
    const environment = { ...backbone.environment, MAIL_DIR: join(folder, 'mail') };
    ways.push(...(await startWays(environment, signal)));
    const users = await signUpAll(ways[0].url, Number(connections), signal);
    const at = { database, users, seconds: Number(seconds), signal, texts: zipfTexts(TEXTS) };
    const measured = [];
    for (let round = 0; round < Number(rounds); round++)
      // Each goes first in every other round: the database grows meanwhile.
      for (const way of round % 2 === 0 ? ways : ways.toReversed())
        for (const kind of KINDS) measured.push(await measure(at, way, kind));
    const sizes = await sizesOf(database, users.length);
    if (json) say(JSON.stringify({ ways: ways.map(({ name }) => name), measured: measured.map(inNumbers) }));
    else report({ facts, connections, seconds, ways, measured, sizes });
  } finally {
    for (const way of ways) await way.stop();
    await database.end();
    await backbone.stop();
  }
}

/** Two API processes on one database; the second goes through a pooler, where there is one. */
async function startWays(environment, signal) {
  const direct = { name: 'direct', ...(await startApi(environment, signal)) };
  if (findPgBouncer() === undefined) return [direct];
  const { DATABASE_URL: postgresUrl } = environment;
  const { username, password } = new URL(postgresUrl);
  const passwords = { [username]: decodeURIComponent(password) };
  const pooler = await startPgBouncer({ postgresUrl, passwords, poolSize: POOL_SIZE });
  const api = await startApi({ ...environment, DATABASE_URL: pooler.url(postgresUrl) }, signal);
  const stop = async () => {
    await api.stop();
    await pooler.stop();
  };
  return [direct, { name: 'PgBouncer', ...api, stop }];
}

/** One user for each connection, so that nobody waits for their own counter row. */
async function signUpAll(url, count, signal) {
  const users = [];
  for (let n = 0; n < count; n++) {
    const body = { tier: 'uce', email: `person-${n}@example.com`, password: PASSWORD };
    const { status, body: answer } = await send(url, 'POST', '/auth/signup', { body, signal });
    if (status !== 201) throw new Error(`sign-up answered ${status}`);
    users.push({ id: answer.user.id, token: answer.tokens.access_token, entries: [], turn: n });
  }
  return users;
}

const dayOf = (turn) => new Date(Date.UTC(2020, 0, 1 + (turn % 2_000))).toISOString().slice(0, 10);

const KINDS = [
  {
    name: 'write an entry',
    next: (user, texts) => {
      const content = texts[user.turn % texts.length];
      return { method: 'POST', path: '/entries', body: { content, entry_date: dayOf(user.turn) } };
    },
    answered: (user, text) => user.entries.push(JSON.parse(text).id),
  },
  {
    name: 'read an entry',
    next: (user) => ({ method: 'GET', path: `/entries/${user.entries[user.turn % user.entries.length]}` }),
  },
  { name: 'list 50 entries', next: () => ({ method: 'GET', path: '/entries?limit=50' }) },
];

async function measure({ database, users, texts, ...at }, { name: way, url, pid }, { name: kind, next, answered }) {
  const before = { api: cpuMs(pid), client: cpuMs(process.pid), all: machineCpuMs(), wal: await walBytes(database) };
  const request = (user) => {
    user.turn++;
    return next(user, texts);
  };
  const result = await load({ ...at, url, users, next: request, answered });
  const api = cpuMs(pid) - before.api;
  const client = cpuMs(process.pid) - before.client;
  const rest = machineCpuMs() - before.all - api - client;
  const wal = (await walBytes(database)) - before.wal;
  return { way, kind, ...result, cpu: { api, client, rest }, wal };
}

/** Only what was counted: times differ from run to run. */
const inNumbers = ({ way, kind, statuses }) => ({ way, kind, statuses: Object.keys(statuses) });

const HEAD = ['request, and way to the database', '/s', 'p50', 'p99', 'API', 'rest', 'client', 'WAL', 'answers'];

function report({ facts, connections, seconds, ways, measured, sizes }) {
  say(machineLine(facts));
  say(
    `\n${connections} connections, a user each, ${seconds} s for each row, one API process at a time; its pool and the`,
  );
  say(
    `pooler's have ${POOL_SIZE} connections. Times in milliseconds. "API", "client" and "rest" (PostgreSQL, the pooler, the`,
  );
  say(
    `kernel and whatever else ran) are milliseconds of computing for one request, "WAL" the bytes that\nPostgreSQL logged for it.\n`,
  );
  const order = KINDS.flatMap(({ name }) => ways.map((way) => [name, way.name]));
  const rows = order.flatMap(([kind, way]) => measured.filter((one) => one.kind === kind && one.way === way));
  say(table([HEAD, ...rows.map(rowOf)]));
  if (ways.length === 1) say('\n  NOT RUN through PgBouncer: there is no pgbouncer on this machine');
  say(`\n${sizes}`);
}

function rowOf({ way, kind, statuses, times, seconds, cpu, wal }) {
  const at = (share) => (times[Math.ceil(times.length * share) - 1] ?? NaN).toFixed(1);
  const each = (milliseconds) => (milliseconds / times.length).toFixed(2);
  const answers = Object.entries(statuses).map(([status, count]) => `${count} × ${status}`);
  const perSecond = (times.length / seconds).toFixed(0);
  const costs = [cpu.api, cpu.rest, cpu.client].map(each);
  return [
    `${kind}, ${way}`,
    perSecond,
    at(0.5),
    at(0.99),
    ...costs,
    (wal / times.length).toFixed(0),
    answers.join(', '),
  ];
}
