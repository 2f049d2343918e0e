// Restarts two API processes behind HAProxy, one after the other, again and again, under reads and writes over keep-alive
// connections, and counts the requests that failed. Needs HAProxy (Debian: apt-get install haproxy).
//   node scripts/rehearse-rolling.mjs [--restarts 10] [--notice 2000]
// With the notice as it is, what it counted goes to bench/results/rolling.txt. With --notice 0 requests must fail.
import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { machine, machineLine } from '../bench/machine.mjs';
import { Times } from '../bench/times.mjs';
import { startInstance } from '../dist/src/platform/embedded/instance.js';
import { isReady, launch, startServer, until } from './rehearsal/processes.mjs';
import { pickFreePort } from '../dist/src/platform/embedded/postgres-server.js';

const RESULT = 'bench/results/rolling.txt';
const PASSWORD = 'a rainy sunday with cocoa';
const CLIENTS = 16;
const CHECK_MS = 500;
const FALL = 2;
/** Longer than the proxy takes to notice: two checks, and one that may have begun just before. */
const DRAIN_NOTICE_MS = '2000';
const REQUEST_MS_MAX = 15_000;
const PAUSE_BETWEEN_MS = 1_000;

const configuration = (port, servers) => `
defaults
  mode http
  timeout connect 2s
  timeout client 30s
  timeout server 30s
  option httpchk GET /health/ready
  http-check expect status 200
  http-reuse safe
  retries 0
frontend api
  bind 127.0.0.1:${port}
  default_backend daybook
backend daybook
  balance roundrobin
  option http-keep-alive
${servers.map((server, n) => `  server api${n + 1} 127.0.0.1:${server} check inter ${CHECK_MS}ms fall ${FALL} rise 1`).join('\n')}
`;

/** One request over a kept connection: its status, or what broke. */
function send(agent, url, { method = 'GET', token, body } = {}) {
  return new Promise((resolve) => {
    const text = body && JSON.stringify(body);
    const headers = {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(text && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    };
    const call = request(url, { method, agent, headers, timeout: REQUEST_MS_MAX }, (answer) => {
      let said = '';
      answer.setEncoding('utf8').on('data', (part) => (said += part));
      answer.once('end', () => resolve({ status: answer.statusCode, body: said }));
      answer.once('error', (error) => resolve({ broken: error.code ?? error.message }));
    });
    call.once('timeout', () => call.destroy(new Error('no answer in time')));
    call.once('error', (error) => resolve({ broken: error.code ?? error.message }));
    call.end(text);
  });
}

/** One client: writes an entry, reads it, reads the list, until it is told to stop. Never sends anything twice. */
async function useDiary(base, counted, isOver) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const people = { method: 'POST', body: { tier: 'uce', password: PASSWORD } };
  people.body.email = `${crypto.randomUUID()}@example.com`;
  const { body } = await send(agent, `${base}/auth/signup`, people);
  const token = JSON.parse(body).tokens.access_token;
  const note = async (kind, wanted, path, options) => {
    const answer = await counted.times.time(() => send(agent, `${base}${path}`, { ...options, token }));
    counted[kind]++;
    if (answer.status !== wanted)
      counted.failures.push(
        `${counted.now()} ${kind}: ${answer.broken ?? `${answer.status} ${answer.body.slice(0, 120)}`}`,
      );
    return answer;
  };
  while (!isOver()) {
    const options = { method: 'POST', body: { content: 'Written while the server was changed.' } };
    const written = await note('writes', 201, '/entries', options);
    if (written.status === 201) {
      const { id } = JSON.parse(written.body);
      counted.written.push({ id, token });
      await note('reads', 200, `/entries/${id}`);
    }
    await note('reads', 200, '/entries?limit=20');
  }
  agent.destroy();
}

/** Ends one process in order and starts it anew on the same port; how it ended. */
async function restart(servers, n, start) {
  const { child, exited } = servers[n];
  child.kill('SIGTERM');
  const code = await exited;
  servers[n] = await start(n);
  await until('it is ready again', () => isReady(servers[n].url));
  return code;
}

/** Whether every entry whose writing was answered is there. */
async function countLost(base, written) {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const answers = await Promise.all(written.map(({ id, token }) => send(agent, `${base}/entries/${id}`, { token })));
  agent.destroy();
  return answers.filter(({ status }) => status !== 200).length;
}

async function rehearse(folder, restarts, notice) {
  const stops = [];
  try {
    const instance = await startInstance(join(folder, 'data'));
    stops.push(() => instance.stop());
    const [front, ...ports] = [await pickFreePort(), await pickFreePort(), await pickFreePort()];
    const environment = {
      ...instance.environment,
      PUBLIC_URL: `http://127.0.0.1:${front}`,
      MAIL_DIR: join(folder, 'mail'),
      HOST: '127.0.0.1',
      LIMITS: 'off',
      LOG_LEVEL: 'warn',
      DRAIN_NOTICE_MS: notice,
    };
    const start = (n) => startServer('main.js', { ...environment, PORT: String(ports[n]) }, join(folder, 'api.log'));
    const servers = [await start(0), await start(1)];
    stops.push(async () => {
      for (const { child } of servers) child.kill('SIGTERM');
      await Promise.all(servers.map(({ exited }) => exited));
    });
    for (const { url } of servers) await until('the API is ready', () => isReady(url));

    const file = join(folder, 'haproxy.cfg');
    writeFileSync(file, configuration(front, ports));
    const proxy = launch('haproxy', ['-db', '-f', file], { log: join(folder, 'haproxy.log') });
    stops.push(async () => {
      proxy.child.kill('SIGTERM');
      await proxy.exited;
    });
    await until('the proxy passes requests on', () => isReady(`http://127.0.0.1:${front}`));
    return await load(`http://127.0.0.1:${front}/api/v1`, servers, start, restarts);
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

async function load(base, servers, start, restarts) {
  const from = performance.now();
  const now = () => `${((performance.now() - from) / 1000).toFixed(1)} s`;
  const counted = { reads: 0, writes: 0, failures: [], written: [], times: new Times(), now };
  let isOver = false;
  const clients = Array.from({ length: CLIENTS }, () => useDiary(base, counted, () => isOver));
  await sleep(PAUSE_BETWEEN_MS);
  const codes = [];
  for (let n = 0; n < restarts; n++) {
    codes.push(await restart(servers, n % servers.length, start));
    await sleep(PAUSE_BETWEEN_MS);
  }
  isOver = true;
  await Promise.all(clients);
  const seconds = (performance.now() - from) / 1000;
  return { ...counted, codes, seconds, lost: await countLost(base, counted.written) };
}

const { values } = parseArgs({
  options: { restarts: { type: 'string', default: '10' }, notice: { type: 'string', default: DRAIN_NOTICE_MS } },
});
const { stdout: version } = spawnSync('haproxy', ['-v'], { encoding: 'utf8' });
if (!version) throw new Error('haproxy is not installed');
const folder = await mkdtemp(join(tmpdir(), 'daybook-rolling-'));
chmodSync(folder, 0o755);
try {
  const before = machineLine(machine());
  const { reads, writes, failures, codes, seconds, lost, times } = await rehearse(
    folder,
    Number(values.restarts),
    values.notice,
  );
  const said = [
    'node scripts/rehearse-rolling.mjs',
    before,
    version.split(' ').slice(0, 3).join(' '),
    '',
    `two API processes, ${codes.length} restarts by SIGTERM, one after the other; DRAIN_NOTICE_MS ${values.notice}; a check every ${CHECK_MS} ms, out after ${FALL}`,
    `${CLIENTS} clients, each with one kept connection to the proxy, for ${seconds.toFixed(0)} s; neither they nor the proxy send anything twice`,
    '',
    `requests   ${writes} writes, ${reads} reads`,
    `failed     ${failures.length}`,
    `lost       ${lost} of ${writes - failures.filter((line) => line.includes(' writes:')).length} answered writes`,
    `exit codes ${codes.join(' ')}`,
    `longest    ${times.percentile(100).toFixed(0)} ms; half below ${times.median.toFixed(0)} ms`,
    ...failures.slice(0, 50),
    '',
  ].join('\n');
  if (values.notice === DRAIN_NOTICE_MS) writeFileSync(RESULT, said);
  process.stdout.write(said);
  process.exitCode = failures.length + lost > 0 || codes.some((code) => code !== 0) ? 1 : 0;
} finally {
  await rm(folder, { recursive: true, force: true });
}
