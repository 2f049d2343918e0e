// Replays the steps of a Dockerfile: each stage becomes a folder that is the root of what runs in it.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { makeRoot, runContainer } from './container.mjs';
import { readDockerfile } from './dockerfile.mjs';
import { ignoredBy } from './ignored.mjs';

const PATH = '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin';

/** A place in the image, as it is called on this machine. */
const placeOf = (root, path) => join(root, path.replace(/^\/usr\/local(?=\/|$)/, '/usr-local'));

/**
 * The Node image's part of a root: this Node and this npm.
 * @param node the binary that stands for the image's; its version has to be the one that the Dockerfile names
 */
function layNode(root, image, node) {
  const wanted = /^node:([\d.]+)-/.exec(image)?.[1];
  const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  if (stdout.trim() !== `v${wanted}`) throw new Error(`${image} has Node ${wanted}, here it is ${stdout.trim()}`);
  const npm = join(spawnSync('npm', ['root', '-g'], { encoding: 'utf8' }).stdout.trim(), 'npm');
  mkdirSync(join(root, 'usr-local/bin'), { recursive: true });
  cpSync(node, join(root, 'usr-local/bin/node'), { dereference: true });
  cpSync(npm, join(root, 'usr-local/lib/node_modules/npm'), { recursive: true });
  for (const name of ['npm', 'npx'])
    spawnSync('ln', ['-sfn', `../lib/node_modules/npm/bin/${name}-cli.js`, join(root, 'usr-local/bin', name)]);
}

/** Copies as COPY does: a folder's content, not the folder; into a folder where the target ends with a slash. */
function copy(step, { stage, stages, context, isIgnored }) {
  const from = step.from ? stages.get(step.from) : undefined;
  const target = placeOf(stage.root, resolve(stage.folder, step.target));
  const isFolder = step.target.endsWith('/') || step.target === '.' || step.sources.length > 1;
  for (const named of step.sources) {
    const source = from ? placeOf(from.root, resolve(from.folder, named)) : join(context, named);
    if (!existsSync(source)) throw new Error(`${step.line}: there is no ${named}`);
    const isTaken = (path) => from !== undefined || path === context || !isIgnored(relative(context, path));
    if (!isTaken(source)) throw new Error(`${step.line}: ${named} is left out by .dockerignore`);
    const into = statSync(source).isFile() && isFolder ? join(target, basename(named)) : target;
    cpSync(source, into, { recursive: true, verbatimSymlinks: true, filter: isTaken });
    if (step.chmod) chmodSync(into, Number.parseInt(step.chmod, 8));
  }
}

/** Steps that do something, and steps that say something of the image. */
const STEPS = {
  WORKDIR: ({ folder }, { stage }) => {
    stage.folder = folder;
    mkdirSync(placeOf(stage.root, folder), { recursive: true });
  },
  RUN: ({ command, line }, { stage, npm, mounts }) => {
    const environment = { PATH, HOME: '/root', ...npm, ...stage.environment };
    const answer = runContainer(stage.root, ['sh', '-c', command], { folder: stage.folder, environment, mounts });
    if (answer.status !== 0) throw new Error(`${line}\n${answer.stdout}${answer.stderr}`);
  },
  COPY: copy,
  ENV: ({ values }, { stage }) => void Object.assign(stage.environment, values),
  EXPOSE: () => {},
  USER: ({ user }, { stage }) => void (stage.user = user),
  STOPSIGNAL: ({ signal }, { stage }) => void (stage.signal = signal),
  HEALTHCHECK: ({ command }, { stage }) => void (stage.healthcheck = command),
  ENTRYPOINT: ({ command }, { stage }) => void Object.assign(stage, { entryPoint: command, command: [] }),
  CMD: ({ command }, { stage }) => void (stage.command = command),
};

/**
 * Builds every stage below `folder`.
 * @param npm npm's settings, as variables; @param mounts what the steps are lent; @param tell gets each step before it is done
 * @returns the last stage: root, folder, environment, user, signal, healthcheck, entryPoint and command
 */
export function buildImage({ context, folder, node, npm, mounts, tell }) {
  const isIgnored = ignoredBy(readFileSync(join(context, '.dockerignore'), 'utf8'));
  const stages = new Map();
  for (const { name, image, instructions } of readDockerfile(readFileSync(join(context, 'Dockerfile'), 'utf8'))) {
    const stage = { root: join(folder, name), folder: '/', environment: {}, entryPoint: [], command: [] };
    makeRoot(stage.root);
    layNode(stage.root, image, node);
    stages.set(name, stage);
    for (const step of instructions) {
      tell(name, step.line);
      STEPS[step.word](step, { stage, stages, context, isIgnored, npm, mounts });
    }
  }
  const image = [...stages.values()].at(-1);
  image.environment = { PATH, ...image.environment };
  return image;
}
