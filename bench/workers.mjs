import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { say, table } from '../scripts/demo/terminal.mjs';
import { PASSWORD } from './logins/people.mjs';
import { machine, machineLine } from './machine.mjs';
import { pickFreePort } from '../dist/src/platform/embedded/postgres-server.js';

const WORKER = new URL('./workers/worker.mjs', import.meta.url).pathname;
const WAIT_MS_MAX = 120_000;
const OPTIONS = {
  events: { type: 'string', default: '1000' },
  kills: { type: 'string', default: '20' },
  redis: { type: 'boolean', default: false },
};

/** Whether an event is lost, or done twice, when worker processes are killed again and again. */
export async function benchWorkers({ folder, args, signal }) {
  const options = parseArgs({ args, options: OPTIONS }).values;
  const facts = machine();
  const { startInstance } = await import('../dist/src/platform/embedded/instance.js');
  const instance = await startInstance(folder);
  const redis = options.redis ? await startRedis() : undefined;
  try {
    const environment = { ...instance.environment, ...environmentOf(folder), ...redis?.environment };
    const database = await superuser(folder);
    const found = await run({ environment, folder, database, redis, options, signal });
    await database.end();
    report(facts, options, found);
  } finally {
    await redis?.stop();
    await instance.stop();
  }
}

const environmentOf = (folder) => ({
  PUBLIC_URL: 'http://localhost',
  MAIL_DIR: join(folder, 'mail'),
  LOG_LEVEL: 'silent',
  LIMITS: 'off',
});

async function run({ environment, folder, database, redis, options, signal }) {
  const [events, kills] = [Number(options.events), Number(options.kills)];
  await announce(environment, database, events);
  const ids = (await database.query('SELECT id FROM outbox ORDER BY id')).rows.map(({ id }) => id);
  const letters = async () =>
    (await readdir(join(folder, 'mail')).catch(() => [])).filter((name) => name.endsWith('.eml'));
  const from = performance.now();
  let emptied = 0;
  for (let kill = 1; kill <= kills; kill++) {
    const worker = await startWorker(environment);
    const goal = Math.floor((ids.length * kill) / (kills + 1));
    await until(signal, async () => (await letters()).length >= goal);
    await gone(worker, 'SIGKILL');
    if (redis && kill === Math.ceil(kills / 2)) {
      await redis.restart();
      emptied++;
    }
    // As if the five minutes of the leases were over.
    await database.query("UPDATE outbox SET leased_until = '-infinity'");
  }
  const worker = await startWorker(environment);
  await until(signal, async () => (await database.query('SELECT FROM outbox')).rowCount === 0);
  await gone(worker, 'SIGTERM');
  const done = (await database.query('SELECT id, count(*)::int AS times FROM done_log GROUP BY id')).rows;
  const dead = (await database.query('SELECT FROM dead_letters')).rowCount;
  const sent = new Set(await letters());
  return {
    events: ids.length,
    kills,
    emptied,
    seconds: (performance.now() - from) / 1000,
    lost: ids.filter((id) => !sent.has(`event-${id}.eml`) || !done.some((row) => row.id === id)).length,
    twice: done.filter(({ times }) => times > 1).length,
    strangers: sent.size - ids.length,
    dead,
  };
}

/** One account, and as many letters to it as there are events; a trigger counts how often each is marked done. */
async function announce(environment, database, events) {
  await database.query(`
    CREATE TABLE done_log (id uuid);
    CREATE FUNCTION log_done() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
      $$ BEGIN INSERT INTO public.done_log VALUES (OLD.id); RETURN NULL; END $$;
    CREATE TRIGGER log_done AFTER DELETE ON outbox FOR EACH ROW EXECUTE FUNCTION log_done()`);
  const child = fork(WORKER, ['announce', String(events), PASSWORD], {
    env: { PATH: process.env.PATH, ...environment },
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`the events could not be announced: ${code}`);
}

async function startWorker(environment) {
  const child = fork(WORKER, ['work'], { env: { PATH: process.env.PATH, ...environment } });
  const [what] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  if (what !== 'ready') throw new Error(`a worker did not start: ${what}`);
  return child;
}

async function gone(child, name) {
  const exited = once(child, 'exit');
  child.kill(name);
  await exited;
}

async function until(signal, look) {
  const end = Date.now() + WAIT_MS_MAX;
  while (!(await look())) {
    signal.throwIfAborted();
    if (Date.now() > end) throw new Error('the work did not get on');
    await sleep(10);
  }
}

async function superuser(folder) {
  const password = (await readFile(join(folder, 'postgres.password'), 'utf8')).trim();
  const port = Number((await readFile(join(folder, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[3]);
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password, database: 'daybook' });
  await client.connect();
  return client;
}

/** A redis-server that keeps nothing, so that it is empty when it is started again. */
async function startRedis() {
  const port = await pickFreePort();
  let child;
  const start = async () => {
    child = spawn('redis-server', ['--port', String(port), '--save', '', '--appendonly', 'no'], { stdio: 'ignore' });
    await once(child, 'spawn');
    await sleep(500);
  };
  const stop = () => gone(child, 'SIGKILL');
  await start();
  return { environment: { REDIS_URL: `redis://127.0.0.1:${port}` }, stop, restart: () => stop().then(start) };
}

function report(facts, { redis }, { events, kills, emptied, seconds, lost, twice, strangers, dead }) {
  say(machineLine(facts));
  say(`\n${events} events, queues on ${redis ? 'Redis' : 'PostgreSQL'}, took ${seconds.toFixed(0)} s:\n`);
  say(
    table([
      ['what happened', 'times'],
      ['a worker was killed', String(kills)],
      ['Redis was started again, empty', String(emptied)],
    ]),
  );
  const counts = { lost, 'marked done twice': twice, 'letters nobody announced': strangers, 'dead letters': dead };
  for (const [what, count] of Object.entries(counts)) say(`  ${count === 0 ? '✓' : '✗'} ${count} ${what}`);
  if (Object.values(counts).some((count) => count !== 0)) process.exitCode = 1;
}
