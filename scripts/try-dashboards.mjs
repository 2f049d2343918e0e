// Asks a Prometheus everything that the alerts and dashboards in ops/ ask, while it scrapes an instance under load, and
// writes what came back to ops/queries.txt. Needs `prometheus` (Debian: apt-get install prometheus) and a build.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pickFreePort } from '../dist/src/platform/embedded/postgres-server.js';

const LOAD_MS = 30_000;
const OUTPUT = 'ops/queries.txt';
const PASSWORD = 'a rainy sunday with cocoa';

/** Starts a program; answers once `url` does. */
async function started(url, program, args, environment = {}) {
  const child = spawn(program, args, { env: { PATH: process.env['PATH'], ...environment }, stdio: 'ignore' });
  const gone = once(child, 'exit').then(() => true);
  const failed = once(child, 'error').catch(() => undefined);
  for (let tries = 0; tries < 150; tries++) {
    if (
      await fetch(url).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return { child, gone };
    if (await Promise.race([gone, failed.then(() => true), sleep(200)])) break;
  }
  child.kill('SIGKILL');
  throw new Error(`${program} does not start`);
}

async function stop({ child, gone }) {
  child.kill('SIGTERM');
  await gone;
}

/** People who sign up, mistake their password, write, read and search, until the time is up. */
async function live(api) {
  const post = async (path, body, token) => {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    const answer = await fetch(`${api}${path}`, {
      method: 'POST',
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    return answer.json().catch(() => ({}));
  };
  const end = Date.now() + LOAD_MS;
  const person = async (number) => {
    const email = `person-${number}-${Date.now()}@example.com`;
    const { tokens } = await post('/auth/signup', { tier: 'uce', email, password: PASSWORD });
    await post('/auth/login', { email, password: 'not the password' });
    await post('/auth/login', { email, password: PASSWORD });
    const token = tokens?.access_token;
    const { id } = await post('/entries', { content: 'Woke up to a white garden.', tags: ['garden'] }, token);
    for (const path of [`/entries/${id}`, '/entries', '/nowhere'])
      await (await fetch(`${api}${path}`, { headers: { authorization: `Bearer ${token}` } })).text();
    await post('/search', { query: 'garden' }, token);
    await post('/search/index', undefined, token);
    await post('/auth/refresh', { refresh_token: tokens?.refresh_token });
  };
  let number = 0;
  const queue = async () => {
    while (Date.now() < end) await person(number++).catch(() => sleep(100));
  };
  await Promise.all([queue(), queue(), queue(), queue()]);
  return number;
}

/** Every query there is, with where it comes from. */
function queries() {
  const panels = readdirSync('ops/grafana')
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const { panels: found } = JSON.parse(readFileSync(join('ops/grafana', name), 'utf8'));
      return found.flatMap(({ title, targets }) =>
        targets.map(({ expr }) => ({ from: `${name.replace('.json', '')}: ${title}`, query: expr })),
      );
    });
  return panels.map(({ from, query }) => ({ from, query: query.replaceAll('$instance', '.*') }));
}

async function ask(prometheus, path) {
  const { status, data, error } = await (await fetch(`${prometheus}/api/v1/${path}`)).json();
  if (status !== 'success') throw new Error(error);
  return data;
}

/** What came back, one line per query; `isSound` is false where one was refused. */
async function report(prometheus) {
  const lines = [];
  let isSound = true;
  for (const { from, query } of queries()) {
    const answer = await ask(prometheus, `query?query=${encodeURIComponent(query)}`).then(
      ({ result }) => `${String(result.length).padStart(3)} series`,
      (error) => ((isSound = false), `REFUSED: ${error.message}`),
    );
    lines.push(`${answer}  ${from}\n            ${query}`);
  }
  const { groups } = await ask(prometheus, 'rules');
  for (const { name, health, state, lastError } of groups.flatMap(({ rules }) => rules)) {
    if (health !== 'ok') isSound = false;
    lines.push(`${health.padStart(10)}  alert ${name}: ${lastError ?? state}`);
  }
  return { lines, isSound };
}

const folder = mkdtempSync(join(tmpdir(), 'daybook-prometheus-'));
// Of its own: PostgreSQL may run as another user, who cannot get into the folder above.
const data = mkdtempSync(join(tmpdir(), 'daybook-dashboards-'));
const running = [];
try {
  const [port, opsPort, prometheusPort] = [await pickFreePort(), await pickFreePort(), await pickFreePort()];
  const config = `
global: { scrape_interval: 1s, evaluation_interval: 5s }
rule_files: ['${resolve('ops/prometheus/alerts.yaml')}']
scrape_configs: [{ job_name: daybook-api, static_configs: [{ targets: ['127.0.0.1:${opsPort}'] }] }]
`;
  writeFileSync(join(folder, 'prometheus.yaml'), config);
  const origin = `http://127.0.0.1:${port}`;
  const environment = {
    DATA_DIR: data,
    PORT: String(port),
    STORE_PORT: '0',
    OPS_PORT: String(opsPort),
  };
  const strict = { ARGON2_CONCURRENCY: '1', ARGON2_QUEUE_MAX: '0', LOG_LEVEL: 'silent', LIMITS_FACTOR: '20' };
  running.push(
    await started(`${origin}/health/ready`, process.execPath, ['dist/src/standalone.js'], {
      ...environment,
      ...strict,
    }),
  );
  const prometheus = `http://127.0.0.1:${prometheusPort}`;
  running.push(
    await started(`${prometheus}/-/ready`, 'prometheus', [
      `--config.file=${join(folder, 'prometheus.yaml')}`,
      `--storage.tsdb.path=${join(folder, 'tsdb')}`,
      `--web.listen-address=127.0.0.1:${prometheusPort}`,
    ]),
  );
  const people = await live(`${origin}/api/v1`);
  await sleep(6_000);
  const { lines, isSound } = await report(prometheus);
  const head = `What Prometheus answers to the queries of dashboards and alerts, on an instance of npm start after ${LOAD_MS / 1000} s of load\n(${people} rounds). "0 series": nothing like it happened. Made by scripts/try-dashboards.mjs.\n`;
  writeFileSync(OUTPUT, `${head}\n${lines.join('\n')}\n`);
  process.stdout.write(`${lines.length} queries, ${isSound ? 'none' : 'some'} refused: ${OUTPUT}\n`);
  process.exitCode = isSound ? 0 : 1;
} finally {
  for (const one of running.toReversed()) await stop(one);
  for (const made of [folder, data]) rmSync(made, { recursive: true, force: true });
}
