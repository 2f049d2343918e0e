// Loses a database and brings it back to a moment: base backup and archived WAL, PostgreSQL killed, restored into a new
// folder, and looked at as an operator and as its users would. Needs a PostgreSQL with its programs (Debian: postgresql), the
// folder of which PG_BIN may name.
//   node scripts/rehearse-restore.mjs
// What happened goes to docs/runbooks/restore-rehearsal.txt.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Daybook } from '@daybook/sdk';
import { migrate } from '../dist/src/platform/database/migrate.js';
import { databaseUrl, prepareDatabase, prepareRoles } from '../dist/src/platform/database/roles.js';
import { startInstanceStore, storeEnvironment } from '../dist/src/platform/embedded/instance-store.js';
import {
  ask,
  makeCluster,
  makeFolder,
  recoverUntil,
  startCluster,
  takeBaseBackup,
  versionOfPostgres,
} from './rehearsal/cluster.mjs';
import { isReady, startServer, until } from './rehearsal/processes.mjs';

const RESULT = 'docs/runbooks/restore-rehearsal.txt';
const DATABASE = 'daybook';
const PASSWORD = 'a rainy sunday with cocoa';
const passwords = { owner: 'owner-rehearsal', api: 'api-rehearsal', queue: 'queue-rehearsal' };
const key = (byte) => `k1:${Buffer.alloc(32, byte).toString('base64url')}`;
const CLI = new URL('../dist/src/cli.js', import.meta.url).pathname;

const said = [];
let faults = 0;
function say(line) {
  said.push(line);
  process.stdout.write(`${line}\n`);
}
/** Says what was found, and counts it where it is not so. */
function check(isSo, sentence) {
  if (!isSo) faults++;
  say(`  ${isSo ? 'ok   ' : 'FAULT'} ${sentence}`);
}

/** API and worker on the database of a cluster. */
async function startDaybook(superuserUrl, { folder, store, port }) {
  const url = (role) => databaseUrl(superuserUrl, DATABASE, { name: `daybook_${role}`, password: passwords[role] });
  const environment = {
    DATABASE_URL: url('api'),
    QUEUE_DATABASE_URL: url('queue'),
    TOKEN_KEYS: key(1),
    PASSWORD_PEPPERS: key(2),
    SESSION_PEPPERS: key(3),
    MAIL_DIR: join(folder, 'mail'),
    HOST: '127.0.0.1',
    LIMITS: 'off',
    LOG_LEVEL: 'warn',
    ...store,
    ...(port && { PORT: String(port) }),
  };
  const api = await startServer('main.js', environment, join(folder, 'api.log'));
  const worker = await startServer('worker.js', environment, join(folder, 'worker.log'));
  await until('the API is ready', () => isReady(api.url));
  const stop = async () => {
    for (const { child } of [api, worker]) child.kill('SIGTERM');
    await Promise.all([api.exited, worker.exited]);
  };
  return { url: api.url, port: api.port, environment, stop };
}

/** Runs one of the operators' commands. */
function daybook(environment, args, input = '') {
  const options = { env: { PATH: process.env.PATH, ...environment }, encoding: 'utf8', input };
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], options);
  return { status, output: `${stdout}${stderr}`.trim() };
}

const account = (url, tier, name) => ({ url, tier, email: `${name}@example.com`, password: PASSWORD });

/** Everybody, signed up and signed in. */
async function signUpAll(url) {
  const people = {};
  for (const [name, tier] of [
    ['ada', 'uce'],
    ['grace', 'e2e'],
    ['erin', 'uce'],
  ])
    // prettier-ignore
    people[name] = (await Daybook.signUp(account(url, tier, name))).daybook;
  return people;
}

/** Each writes an entry that says when. @returns their ids */
async function writeAll(people, when) {
  const ids = {};
  for (const [name, diary] of Object.entries(people))
    ids[name] = (await diary.entries.write({ content: `${name}, ${when}` })).id;
  return ids;
}

const isGone = (reading) => reading.then(() => false, ({ type, status }) => status === 404 || /not-found/.test(String(type))); // prettier-ignore

async function untilArchived(url) {
  const [{ wal }] = await ask(url, 'SELECT pg_walfile_name(pg_switch_wal()) AS wal');
  await until(`${wal} is archived`, async () => {
    const [row] = await ask(url, 'SELECT last_archived_wal FROM pg_stat_archiver');
    return row.last_archived_wal >= wal;
  });
}

/** What happens before the loss. */
async function live(folder, archive, store, cleanups) {
  const dataDir = makeFolder(join(folder, 'live'));
  makeCluster(dataDir, archive);
  const cluster = await startCluster(dataDir, join(folder, 'live.log'));
  cleanups.push(() => cluster.stop().catch(() => {}));
  await prepareRoles(cluster.url, passwords);
  await prepareDatabase(cluster.url, DATABASE);
  await migrate(databaseUrl(cluster.url, DATABASE, { name: 'daybook_owner', password: passwords.owner }));
  const server = await startDaybook(cluster.url, { folder, store });
  const people = await signUpAll(server.url);
  const ids = { backup: await writeAll(people, 'before the base backup') };
  const photo = new Blob([new Uint8Array(100_000).fill(7)], { type: 'image/jpeg' });
  const kept = await people.ada.media.upload(photo, { contentType: 'image/jpeg' });
  say('1. Ada (uce), Grace (e2e) and Erin (uce) write one entry each; Ada keeps a photo');

  const backup = join(folder, 'backup');
  takeBaseBackup(cluster.port, makeFolder(backup));
  say('2. pg_basebackup, without WAL');
  ids.before = await writeAll(people, 'before the moment');
  const erasedLater = await people.ada.media.upload(photo, { contentType: 'image/jpeg' });
  await sleep(1_100);
  const [{ moment }] = await ask(cluster.url, 'SELECT clock_timestamp()::text AS moment');
  await sleep(1_100);
  say('3. one more entry each, and one more photo; then the moment to which all is to go back');

  ids.after = await writeAll(people, 'after the moment');
  await people.ada.media.erase(erasedLater.id);
  await people.erin.account.erase({ password: PASSWORD });
  await until('Erin is erased', async () => {
    const rows = await ask(databaseUrl(cluster.url, DATABASE), 'SELECT FROM erasures WHERE erased_at IS NOT NULL');
    return rows.length === 1;
  });
  say('4. one more entry each; Ada erases the second photo; Erin erases her account, and the worker has finished');
  await untilArchived(cluster.url);
  await server.stop();
  await cluster.stop('SIGKILL');
  say('5. PostgreSQL is killed with SIGKILL');
  return { dataDir, backup, moment, ids, kept, erasedLater, port: server.port };
}

/** What its users find. */
async function lookAsUsers(url, { ids, kept, erasedLater }) {
  const people = {};
  for (const [name, tier] of [
    ['ada', 'uce'],
    ['grace', 'e2e'],
  ]) {
    // prettier-ignore
    people[name] = await Daybook.signIn(account(url, tier, name));
    const [first, second] = [
      await people[name].entries.read(ids.backup[name]),
      await people[name].entries.read(ids.before[name]),
    ];
    const areOpen =
      first.content === `${name}, before the base backup` && second.content === `${name}, before the moment`;
    check(areOpen, `${name} (${tier}) signs in, and opens the entries from before the moment`);
    check(await isGone(people[name].entries.read(ids.after[name])), `the entry from after the moment is not there`);
    const { seq } = await people[name].verifyHistory();
    check(seq > 0, `the history verifies, up to event ${seq}`);
    await people[name].entries.write({ content: 'Written after the restore.' });
  }
  const photo = await (await people.ada.media.download(kept.id)).blob();
  check(photo.size === 100_000, 'the photo from before opens: the object store was not set back');
  const downloaded = async () => (await people.ada.media.download(erasedLater.id)).blob();
  const isListed = (await people.ada.media.list()).data.some(({ id }) => id === erasedLater.id);
  const isLost = await downloaded().then(() => false, () => true); // prettier-ignore
  check(
    isListed && isLost,
    'the photo that was erased after the moment is listed again, and its bytes are gone for good',
  );
}

async function rehearse(folder, cleanups) {
  const archive = makeFolder(join(folder, 'archive'));
  const key = { access_key_id: 'rehearsal', secret_access_key: 'rehearsal-secret' };
  mkdirSync(join(folder, 'store'));
  const objects = await startInstanceStore(join(folder, 'store'), key, { host: '127.0.0.1', port: 0 });
  cleanups.push(() => objects.stop());
  const store = storeEnvironment(objects.endpoint, key);
  const lost = await live(folder, archive, store, cleanups);

  const from = performance.now();
  const restoredDir = makeFolder(join(folder, 'restored'));
  cpSync(lost.backup, restoredDir, { recursive: true, preserveTimestamps: true });
  spawnSync('chown', ['-R', '65534:65534', restoredDir]);
  recoverUntil(restoredDir, archive, lost.moment);
  const restored = await startCluster(restoredDir, join(folder, 'restored.log'));
  cleanups.push(() => restored.stop());
  say(
    `6. base backup copied, WAL repeated up to the moment: takes writes after ${((performance.now() - from) / 1000).toFixed(1)} s`,
  );

  const old = await startCluster(lost.dataDir, join(folder, 'live.log'));
  cleanups.push(() => old.stop());
  await untilArchived(old.url); // a crash takes PostgreSQL's statistics of the archive with it
  const [liveUrl, restoredUrl] = [old, restored].map(({ url }) => databaseUrl(url, DATABASE));
  const file = join(folder, 'receipts.txt');
  say(
    '7. daybook backup check --live … --restored … --erased receipts.txt (the lost one is started again, to compare)',
  );
  const { status, output } = daybook({}, [
    'backup',
    'check',
    '--live',
    liveUrl,
    '--restored',
    restoredUrl,
    '--erased',
    file,
  ]);
  say(output.replace(/^/gm, '     '));
  const telling = output.split('\n').filter((line) => line.startsWith('fault')).map((line) => /fault +([^:]+):/.exec(line)?.[1]); // prettier-ignore
  check(status === 1 && telling.join() === 'erased since', 'nothing is wrong but that Erin is back');

  const server = await startDaybook(restored.url, { folder, store, port: lost.port });
  cleanups.push(() => server.stop());
  say('8. API and worker are started on the restored database');
  const back = await Daybook.signIn(account(server.url, 'uce', 'erin')).then(() => true, () => false); // prettier-ignore
  check(back, 'Erin could sign in again: a restore brings back who was erased');
  const again = daybook(server.environment, ['user', 'erase-again', '--yes'], readFileSync(file, 'utf8'));
  check(again.status === 0, `daybook user erase-again --yes < receipts.txt: ${again.output}`);
  const [receipt] = readFileSync(file, 'utf8').split('\n');
  const finished = await until('Erin is erased again', async () => {
    const erasure = await Daybook.followErasure({ url: server.url }, receipt);
    return erasure.state === 'erased' && erasure;
  });
  check(Boolean(finished), 'her receipt says erased again');
  const cannot = await Daybook.signIn(account(server.url, 'uce', 'erin')).then(() => false, () => true); // prettier-ignore
  check(cannot, 'she cannot sign in any more');
  await lookAsUsers(server.url, lost);
}

const folder = await mkdtemp(join(tmpdir(), 'daybook-restore-'));
chmodSync(folder, 0o755);
const cleanups = [];
try {
  say(`node scripts/rehearse-restore.mjs\n${versionOfPostgres()}\n`);
  await rehearse(folder, cleanups);
  say(faults === 0 ? '\nAll is as it must be.' : `\n${faults} faults.`);
  writeFileSync(RESULT, `${said.join('\n')}\n`);
  process.exitCode = faults === 0 ? 0 : 1;
} finally {
  for (const cleanup of cleanups.reverse()) await cleanup();
  if (!process.env.KEEP) await rm(folder, { recursive: true, force: true });
}
