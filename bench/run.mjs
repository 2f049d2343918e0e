// node scripts/run.mjs bench NAME [options]
// Runs one of the benchmarks in this folder and prints what it measured: on a fresh instance of its own, on loopback, where it
// needs one.
// README.md says what each measures, and which options it has.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CorpusRefused } from '../scripts/demo/corpus.mjs';
import { benchLeakage } from './leakage.mjs';
import { benchLoad } from './load.mjs';
import { benchLogins } from './logins.mjs';
import { benchMedia } from './media.mjs';
import { benchRaces } from './races.mjs';
import { benchSearch } from './search.mjs';
import { benchPepys } from './search/pepys.mjs';
import { benchWorkers } from './workers.mjs';

const BENCHES = {
  leakage: benchLeakage,
  load: benchLoad,
  logins: benchLogins,
  media: benchMedia,
  pepys: benchPepys,
  races: benchRaces,
  search: benchSearch,
  workers: benchWorkers,
};
const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => interrupted.abort(new Error('interrupted')));

const [name = '', ...args] = process.argv.slice(2);
const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
if (bench) {
  const folder = await mkdtemp(join(tmpdir(), 'daybook-bench-'));
  try {
    await bench({ folder, args, signal: interrupted.signal });
  } catch (error) {
    const isPlain =
      interrupted.signal.aborted || error instanceof CorpusRefused || error.code?.startsWith('ERR_PARSE_ARGS');
    process.stderr.write(`${isPlain ? error.message : error.stack}\n`);
    process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
} else {
  process.stderr.write(`Usage: node scripts/run.mjs bench ${Object.keys(BENCHES).join(' | ')} [options]\n`);
  process.exitCode = 2;
}
