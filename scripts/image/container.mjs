// What a container engine does, as far as the rehearsal needs it, by the kernel's own means: a root of its own, a number
// instead of root, no way to more rights, and nothing that can be written but what is said. Needs Linux and root.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a Debian image has beside us, lent by this machine, and never written to. */
const LENT = ['usr', 'etc/ssl', 'etc/ca-certificates'];
const LINKS = { bin: 'usr/bin', sbin: 'usr/sbin', lib: 'usr/lib', lib64: 'usr/lib64' };
const FILES = {
  'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
  'etc/group': 'root:x:0:\n',
  'etc/hosts': '127.0.0.1 localhost\n',
  'etc/resolv.conf': existsSync('/etc/resolv.conf') ? readFileSync('/etc/resolv.conf', 'utf8') : '',
};

/** Folders and small files of an empty root, with a `/usr/local` that belongs to it. */
export function makeRoot(root) {
  for (const folder of [...LENT, 'usr-local', 'dev', 'proc', 'tmp', 'root/.npm', 'data'])
    mkdirSync(join(root, folder), { recursive: true });
  for (const [link, target] of Object.entries(LINKS)) spawnSync('ln', ['-sfn', target, join(root, link)]);
  for (const [file, text] of Object.entries(FILES)) writeFileSync(join(root, file), text);
}

const quote = (text) => `'${String(text).replaceAll("'", `'\\''`)}'`;

/** The mounts of one container, as a shell script that ends as its first process. */
function script(root, argv, { user, folder, isReadOnly, mounts = {} }) {
  const at = (path) => quote(join(root, path));
  const [uid, gid] = (user ?? '0:0').split(':');
  const lower =
    user === undefined
      ? ''
      : `setpriv --reuid=${uid} --regid=${gid} --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all --`;
  return [
    'set -e',
    'mount --make-rprivate /',
    `mount --rbind ${quote(root)} ${quote(root)}`,
    ...LENT.flatMap((path) =>
      existsSync(`/${path}`) ? [`mount --bind /${path} ${at(path)}`, `mount -o remount,bind,ro ${at(path)}`] : [],
    ),
    `mount --bind ${at('usr-local')} ${at('usr/local')}`,
    ...(isReadOnly ? [`mount -o remount,bind,ro ${at('usr/local')}`, `mount -o remount,bind,ro ${quote(root)}`] : []),
    `mount --rbind /dev ${at('dev')}`,
    `mount -t proc proc ${at('proc')}`,
    ...Object.entries(mounts).map(([path, from]) => `mount --bind ${quote(from)} ${at(path)}`),
    `exec chroot ${quote(root)} sh -c ${quote(`cd ${folder} && exec ${lower} ${argv.map(quote).join(' ')}`)}`,
  ].join('\n');
}

/**
 * Starts `argv` as the first process of a container.
 * @param options user (`uid:gid`), folder, environment, isReadOnly, mounts (place in the container to folder of this machine)
 * @returns the process of the container's engine; `pidInside` finds the container's own
 */
export function startContainer(root, argv, options) {
  return spawn('unshare', ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', script(root, argv, options)], {
    env: options.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** The container's first process, as it is called on this machine. */
export const pidInside = ({ pid }) => Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());

/** Runs `argv` in a container to its end. */
export function runContainer(root, argv, options) {
  const words = ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', script(root, argv, options)];
  const { status, stdout, stderr } = spawnSync('unshare', words, {
    env: options.environment,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  return { status, stdout, stderr };
}
