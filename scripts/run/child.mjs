import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import { exitCodeOf, inProject, say } from './project.mjs';

const NPM_POLL_MS = 250;

/** One press of Ctrl-C reaches us twice, from the terminal and from npm, within this time. */
const SAME_PRESS_MS = 500;

/** Ctrl-C: the first press stops in order, the second asks for patience, the third ends it. */
const PRESSES_UNTIL_KILLED = 3;

/** What Linux tells about a process, from its third field on: state, parent, process group … See proc_pid_stat(5). */
function readStat(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

/**
 * Whether a SIGINT comes from the keys of our terminal, which gives it to the child as well: then it must not get it a
 * second time from us. A terminal only signals its foreground process group.
 */
function terminalSignalsUs() {
  if (process.platform !== 'linux') return process.stdin.isTTY === true;
  const [, , group, , , foregroundGroup] = readStat('self');
  return group === foregroundGroup;
}

/** Whether our parent is only the shell that npm runs a script in. */
function parentIsShellOfNpm() {
  try {
    return readFileSync(`/proc/${process.ppid}/cmdline`, 'utf8').split('\0')[1] === '-c';
  } catch {
    return false; // not Linux
  }
}

/**
 * A check whether npm, which started us, is gone: who kills npm does not reach us, but we or its shell then belong to
 * another parent. Started without npm we may well outlive our parent (nohup), so there is nothing to check.
 */
function npmWatch() {
  if (process.env.npm_lifecycle_event === undefined) return () => false;
  const parent = process.ppid;
  const throughShell = parentIsShellOfNpm();
  const grandparentNow = () => (throughShell ? readStat(parent)[1] : undefined);
  const grandparent = grandparentNow();
  return () => process.ppid !== parent || grandparentNow() !== grandparent;
}

/** Looked at when this module is loaded, before a long install in which npm may be killed. */
const isCutOffFromNpm = npmWatch();

/** SIGINT in words of the terminal, counted in presses. */
function interrupter(child) {
  let presses = 0;
  let lastAt = -Infinity;
  return () => {
    const now = performance.now();
    const isNewPress = now - lastAt > SAME_PRESS_MS;
    lastAt = now;
    if (!isNewPress) return;
    presses += 1;
    if (presses === 1 && !terminalSignalsUs()) child.kill('SIGINT');
    if (presses === PRESSES_UNTIL_KILLED - 1) say('Still stopping; press Ctrl-C once more to end it at once.');
    if (presses >= PRESSES_UNTIL_KILLED) child.kill('SIGKILL');
  };
}

/** Passes on, once each, what should stop the child. */
function passSignals(child) {
  const sent = new Set();
  const passOnce = (signal) => {
    if (!sent.has(signal)) child.kill(signal);
    sent.add(signal);
  };
  process.on('SIGINT', interrupter(child));
  process.on('SIGTERM', passOnce);
  process.on('SIGHUP', passOnce);
  const watch = setInterval(() => {
    if (isCutOffFromNpm()) passOnce('SIGTERM');
  }, NPM_POLL_MS);
  watch.unref();
}

/** Runs a program of the project with `runtime`, which its own children find first on the PATH too. @returns its exit code */
export function runToTheEnd(runtime, args) {
  const child = spawn(runtime, ['--enable-source-maps', ...args], {
    cwd: inProject(),
    stdio: 'inherit',
    // What was compiled once is read the next time: a quarter of the time of a start.
    env: {
      NODE_COMPILE_CACHE: inProject('node_modules/.cache/compiled'),
      ...process.env,
      PATH: [dirname(runtime), process.env.PATH].filter(Boolean).join(delimiter),
    },
  });
  passSignals(child);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status, signal) => resolve(exitCodeOf(status, signal)));
  });
}
