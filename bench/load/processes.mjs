import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { pickFreePort } from '../../dist/src/platform/embedded/postgres-server.js';

const TICK_MS = 10;
const PAUSE_MS = 50;
const BACKBONE = new URL('../media/backbone.mjs', import.meta.url).pathname;
const API = new URL('../../dist/src/main.js', import.meta.url).pathname;

/** PostgreSQL and an object store, in a process of their own. @returns the environment that an API process needs */
export async function startBackbone(folder) {
  const child = fork(BACKBONE, [folder], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [environment] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the database ended with ${code}`))),
  ]);
  return { environment, stop: () => stopped(child) };
}

/** One API process, once it is ready. */
export async function startApi(environment, signal) {
  const port = await pickFreePort();
  const own = { HOST: '127.0.0.1', PORT: String(port), LOG_LEVEL: 'error', LIMITS: 'off' };
  const env = { ...process.env, ...environment, ...own };
  const child = spawn(process.execPath, [API], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const url = `http://127.0.0.1:${port}`;
  while (
    !(await fetch(`${url}/health/ready`, { signal }).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null) throw new Error(`the API ended with ${child.exitCode}`);
    await sleep(PAUSE_MS);
  }
  return { url, pid: child.pid, stop: () => stopped(child) };
}

async function stopped(child) {
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

/** How long a process has computed, in all of its threads, in milliseconds (proc_pid_stat(5), fields 14 and 15). */
export function cpuMs(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(user) + Number(system)) * TICK_MS;
}

/** How long all cores have computed, for whomever, in milliseconds. */
export const machineCpuMs = () =>
  cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0);
