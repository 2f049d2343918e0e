import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

/** A process that a recycled pid cannot be mistaken for. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the words of the system; only good for comparing. */
  readonly startedAt: string;
}

export interface RunningProcess {
  readonly pid: number;
  /** Its arguments, or the title it gave itself. */
  readonly command: readonly string[];
}

const readProc = (path: string): string | null => {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return null; // ended, or hidden from us
  }
};

const ps = (...args: string[]): string => spawnSync('ps', args, { encoding: 'utf8' }).stdout;

/** Ticks since boot say nothing across a reboot, so the boot's own id goes with them. See proc_pid_stat(5). */
function startedAtOnLinux(pid: number): string | null {
  const stat = readProc(`${pid}/stat`);
  if (stat === null) return null;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name before may hold spaces and brackets
  const [state, ticks] = [fields[0], fields[19]];
  const hasEnded = state === 'Z' || state === 'X';
  return hasEnded || ticks === undefined ? null : `${readProc('sys/kernel/random/boot_id')?.trim()}:${ticks}`;
}

function startedAtByPs(pid: number): string | null {
  const [state, ...started] = ps('-o', 'stat=,lstart=', '-p', String(pid)).trim().split(/\s+/);
  return !state || state.startsWith('Z') ? null : started.join(' ');
}

/** null when no such process runs. One that has ended and was not yet collected by its parent does not run. */
export function identifyProcess(pid: number): ProcessIdentity | null {
  const startedAt = process.platform === 'linux' ? startedAtOnLinux(pid) : startedAtByPs(pid);
  return startedAt === null ? null : { pid, startedAt };
}

export const isRunning = ({ pid, startedAt }: ProcessIdentity): boolean =>
  identifyProcess(pid)?.startedAt === startedAt;

/** Everything that runs and whose command line we may read. */
export function listProcesses(): RunningProcess[] {
  if (process.platform === 'linux') {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => ({ pid: Number(name), command: (readProc(`${name}/cmdline`) ?? '').split('\0').filter(Boolean) }));
  }
  return ps('-axo', 'pid=,command=')
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .map(([pid, ...command]) => ({ pid: Number(pid), command }));
}
