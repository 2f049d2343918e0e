import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { clusterName, namesCluster } from './postgres-cluster.js';
import { identifyProcess, listProcesses, type RunningProcess } from './processes.js';

const STOP_MS_MAX = 20_000;
const POLL_MS = 20;

/** What PostgreSQL wrote down about itself, line by line (its documentation: storage-file-layout); nothing when it left none. */
function notes(dataDir: string): string[] {
  try {
    return readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return [];
  }
}

/** The pid PostgreSQL wrote down, or undefined when it left none. */
function recordedPid(dataDir: string): number | undefined {
  const [pid] = notes(dataDir);
  return pid === undefined ? undefined : Number(pid);
}

/** The port on which the server of `dataDir` takes connections; undefined while it does not. */
export function servedPort(dataDir: string): number | undefined {
  const [, , , port, , , , status] = notes(dataDir);
  return status?.trim() === 'ready' ? Number(port) : undefined;
}

/** A server by its program's name, or one of its processes by the title they give themselves. */
const isPostgres = ({ command }: RunningProcess): boolean => /^(\S*\/)?postgres:? /.test(command.join(' '));

function shutDownFast(pid: number): void {
  try {
    process.kill(pid, 'SIGINT');
  } catch {
    // gone by itself, or not ours to stop: the wait that follows finds out which
  }
}

/**
 * PostgreSQL refuses to start while the pid it wrote down is alive, even when that number belongs to another process
 * now, as is usual after the restart of a container. Then, and only then, its note goes.
 */
function forgetRecycledPid(dataDir: string, processes: readonly RunningProcess[]): void {
  const pid = recordedPid(dataDir);
  if (pid === undefined || identifyProcess(pid) === null) return;
  const holder = processes.find((process) => process.pid === pid);
  const mayServeHere = holder !== undefined && isPostgres(holder) && !namesCluster(holder.command.join(' '));
  if (!mayServeHere) rmSync(join(dataDir, 'postmaster.pid'), { force: true });
}

/**
 * Clears the way after an owner of `dataDir` that ended without stopping its server: tells what is left of the server
 * to shut down, in case its guard was killed too, and waits until the last of its processes is gone.
 * @throws Error when it is still there after 20 s
 */
export async function outliveOrphan(dataDir: string, log: (line: string) => void): Promise<void> {
  const name = clusterName(dataDir);
  const remains = (): RunningProcess[] => listProcesses().filter(({ command }) => command.join(' ').includes(name));
  const deadline = Date.now() + STOP_MS_MAX;
  if (remains().length > 0) log(`Waiting for the PostgreSQL of a Daybook that was killed, in ${dataDir}.`);
  for (let left = remains(); left.length > 0; left = remains()) {
    if (Date.now() > deadline) {
      const pids = left.map(({ pid }) => pid).join(', ');
      throw new Error(`PostgreSQL of a Daybook that was killed still runs in ${dataDir} (processes ${pids}).`);
    }
    const postmaster = left.find(({ pid }) => pid === recordedPid(dataDir));
    if (postmaster && isPostgres(postmaster)) shutDownFast(postmaster.pid);
    await setTimeout(POLL_MS);
  }
  forgetRecycledPid(dataDir, listProcesses());
}
