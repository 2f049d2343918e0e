import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { inProject, say } from './project.mjs';

const LOCK = inProject('.cache', 'run.lock');
const POLL_MS = 200;

/** On Linux a process is more than its number, which may be given out again: it also has the tick it started in. */
function startTick(pid) {
  if (process.platform !== 'linux') return '';
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'ended' : fields[19];
  } catch {
    return 'ended';
  }
}

const describeProcess = (pid) => `${pid} ${startTick(pid)}`;

function isAlive(owner) {
  const pid = Number(owner.split(' ')[0]);
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return false;
  }
  return describeProcess(pid) === owner;
}

function readOwner(lock) {
  try {
    return readFileSync(join(lock, 'owner'), 'utf8');
  } catch {
    return null;
  }
}

/** Renames a folder; false when something stands in the way or it is gone. */
function renamed(from, to) {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (['ENOENT', 'ENOTEMPTY', 'EEXIST', 'EPERM'].includes(error.code)) return false;
    throw error;
  }
}

/** A folder that already names its owner gets the lock's name in one step, so that a lock without owner is never seen. */
function take() {
  const draft = `${LOCK}.${process.pid}`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  writeFileSync(join(draft, 'owner'), describeProcess(process.pid));
  const taken = renamed(draft, LOCK);
  rmSync(draft, { recursive: true, force: true });
  return taken;
}

/** Removes the lock of a run that was killed. If another took it over meanwhile, what was moved away goes back. */
function removeDead(owner) {
  const moved = `${LOCK}.${process.pid}.dead`;
  if (!renamed(LOCK, moved)) return;
  if (readOwner(moved) !== owner) renamed(moved, LOCK);
  rmSync(moved, { recursive: true, force: true });
}

/** Does `work` while no other run in this folder installs or builds; waits for one that does. */
export async function withLock(work) {
  let told = false;
  while (!take()) {
    const owner = readOwner(LOCK);
    if (owner !== null && !isAlive(owner)) removeDead(owner);
    if (owner === null || !isAlive(owner)) continue;
    if (!told) say(`Waiting for process ${owner.split(' ')[0]}, which installs or builds in this folder …`);
    told = true;
    await setTimeout(POLL_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(LOCK, { recursive: true, force: true });
  }
}
