// Rehearses the container image where there is no container engine: replays the Dockerfile itself, step by step, in empty
// folders, and runs what came of it as a container would: as the image's user, on a root that cannot be written, as process 1.
//   npm run build && node scripts/rehearse-image.mjs      on Linux, as root, with Redis (optional) and the npm registry in reach
// Ends with 1 when anything is not as it must be. The last output is in docs/image.md.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildImage } from './image/build.mjs';
import { findRuntime } from './run/runtime.mjs';
import { rehearse } from './image/rehearsal.mjs';

const context = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
if (process.platform !== 'linux' || process.getuid() !== 0) {
  console.error('The rehearsal needs Linux and root: it mounts, and becomes another user.');
  process.exit(1);
}

/** Where this machine's npm finds its packages, for the steps that install. */
function npmSettings() {
  const names = ['registry', 'cafile'];
  const valueOf = (name) => spawnSync('npm', ['config', 'get', name], { encoding: 'utf8' }).stdout.trim();
  const values = names.map((name) => [`npm_config_${name}`, valueOf(name)]);
  return Object.fromEntries(values.filter(([, value]) => value && value !== 'null'));
}

function npmCache() {
  const cache = join(homedir(), '.npm');
  mkdirSync(cache, { recursive: true });
  return { '/root/.npm': cache };
}

const folder = mkdtempSync(join(tmpdir(), 'daybook-image-'));
try {
  const startedAt = Date.now();
  const image = buildImage({
    context,
    folder,
    node: findRuntime(),
    npm: npmSettings(),
    mounts: npmCache(),
    tell: (stage, line) => console.log(`  ${stage.padEnd(8)} ${line.length > 110 ? `${line.slice(0, 107)}…` : line}`),
  });
  console.log(`  built in ${Math.round((Date.now() - startedAt) / 1000)} s\n`);
  await rehearse(image, folder);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
