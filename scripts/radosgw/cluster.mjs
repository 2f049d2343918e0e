import { spawn, spawnSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pickFreePort } from '../../dist/src/platform/embedded/postgres-server.js';

const START_MS_MAX = 120_000;
const COMMAND_MS_MAX = 60_000;

/** One monitor and one OSD in memory: all that radosgw needs to be a real S3. Nothing of it is kept. */
const settings = (folder, fsid, monitorPort) => `[global]
fsid = ${fsid}
mon initial members = a
mon host = v1:127.0.0.1:${monitorPort}/0
public network = 127.0.0.0/8
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pg autoscale mode = off
mon allow pool size one = true
mon max pg per osd = 500
osd objectstore = memstore
memstore device bytes = 2147483648
admin socket = ${folder}/$name.asok
pid file = ${folder}/$name.pid
log file = ${folder}/$name.log
keyring = ${folder}/keyring
mon data = ${folder}/mon
osd data = ${folder}/osd
rgw data = ${folder}/rgw
rgw enable usage log = false
rgw crypt require ssl = false
`;

/** Starts radosgw on a cluster of its own, in a new folder that goes with it. @returns where it is, and its keys */
export async function startRadosgw() {
  const folder = mkdtempSync(join(tmpdir(), 'radosgw-'));
  const [monitorPort, port] = [await pickFreePort(), await pickFreePort()];
  const [fsid, osdId] = [randomUUID(), randomUUID()];
  const config = join(folder, 'ceph.conf');
  const keyring = join(folder, 'keyring');
  for (const part of ['mon', 'osd', 'rgw']) mkdirSync(join(folder, part));
  writeFileSync(config, settings(folder, fsid, monitorPort));

  const run = (program, ...args) => {
    const options = { encoding: 'utf8', timeout: COMMAND_MS_MAX };
    const { status, stdout, stderr, error } = spawnSync(program, args, options);
    if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
    return stdout;
  };
  const daemons = [];
  const start = (program, ...args) => {
    const output = openSync(join(folder, `${program}.out`), 'w');
    daemons.unshift(spawn(program, ['-c', config, '-f', ...args], { stdio: ['ignore', output, output] }));
  };
  const stop = async () => {
    for (const daemon of daemons) {
      if (daemon.exitCode !== null) continue;
      const exited = once(daemon, 'exit');
      daemon.kill('SIGKILL'); // all of it is in memory
      await exited;
    }
    rmSync(folder, { recursive: true, force: true });
  };

  try {
    const all = ['--cap', 'mon', 'allow *', '--cap', 'osd', 'allow *'];
    run('ceph-authtool', '--create-keyring', keyring, '--gen-key', '-n', 'mon.', '--cap', 'mon', 'allow *');
    for (const name of ['client.admin', 'client.rgw', 'osd.0'])
      run('ceph-authtool', keyring, '--gen-key', '-n', name, ...all);
    const map = join(folder, 'monmap');
    run('monmaptool', '--create', '--fsid', fsid, '--addv', 'a', `[v1:127.0.0.1:${monitorPort}]`, map);
    run('ceph-mon', '-c', config, '--mkfs', '-i', 'a', '--monmap', map, '--keyring', keyring);
    start('ceph-mon', '-i', 'a');
    run('ceph', '-c', config, 'osd', 'new', osdId);
    run('ceph-osd', '-c', config, '-i', '0', '--mkfs', '--osd-uuid', osdId);
    start('ceph-osd', '-i', '0');
    run('ceph', '-c', config, 'osd', 'crush', 'add', 'osd.0', '1.0', 'root=default', 'host=here');
    const version = run('radosgw', '--version').trim();
    start('radosgw', '-n', 'client.rgw', `--rgw-frontends=beast endpoint=127.0.0.1:${port}`);
    const endpoint = `http://127.0.0.1:${port}`;
    await untilAnswers(endpoint, daemons[0], folder);
    const [accessKeyId, secretAccessKey] = [randomBytes(10).toString('hex'), randomBytes(20).toString('hex')];
    const user = [
      '--uid=daybook',
      '--display-name=daybook',
      `--access-key=${accessKeyId}`,
      `--secret-key=${secretAccessKey}`,
    ];
    run('radosgw-admin', '-c', config, 'user', 'create', ...user);
    return { endpoint, accessKeyId, secretAccessKey, version, stop };
  } catch (error) {
    if (!process.env.KEEP_RADOSGW) await stop();
    throw error;
  }
}

async function untilAnswers(endpoint, gateway, folder) {
  const end = Date.now() + START_MS_MAX;
  while (Date.now() < end) {
    if (gateway.exitCode !== null) throw new Error(`radosgw ended: see ${folder}`);
    const answer = await fetch(endpoint).catch(() => undefined);
    if (answer) return;
    await sleep(250);
  }
  throw new Error(`radosgw did not answer within ${START_MS_MAX / 1000} s: see ${folder}`);
}
