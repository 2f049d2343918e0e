/**
 * Reads a Dockerfile, as far as ours goes: stages, ARG before the first of them, and no syntax that is not listed here.
 * @returns the stages in order: name, what they stand on, and their instructions
 * @throws Error at whatever it does not know, so that nothing is left out silently
 */
export function readDockerfile(text, buildArguments = {}) {
  const lines = text
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const args = {};
  const stages = [];
  for (const line of lines) {
    const [, word, rest] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (word === 'ARG' && stages.length === 0) {
      const [name, value] = rest.split(/=(.*)/s);
      args[name] = buildArguments[name] ?? value;
    } else if (word === 'FROM') {
      const [, image, name] = /^(\S+) AS (\S+)$/.exec(rest.replace(/\$\{(\w+)\}/g, (_, arg) => args[arg])) ?? [];
      if (!name) throw new Error(`FROM without a name for its stage: ${line}`);
      stages.push({ name, image, instructions: [] });
    } else {
      stages.at(-1).instructions.push(instruction(word, rest, line));
    }
  }
  return stages;
}

const words = (text) => text.split(/\s+/).filter(Boolean);
const json = (text) => JSON.parse(text);

const READERS = {
  WORKDIR: (rest) => ({ folder: rest }),
  RUN: (rest) => ({ command: rest }),
  COPY: (rest) => {
    const flags = Object.fromEntries([...rest.matchAll(/--(\w+)=(\S+)/g)].map(([, name, value]) => [name, value]));
    const unknown = Object.keys(flags).find((flag) => flag !== 'from' && flag !== 'chmod');
    if (unknown) throw new Error(`COPY --${unknown} is not known here`);
    const paths = words(rest.replace(/--\w+=\S+/g, ''));
    return { ...flags, sources: paths.slice(0, -1), target: paths.at(-1) };
  },
  ENV: (rest) => ({ values: Object.fromEntries(words(rest).map((pair) => pair.split(/=(.*)/s).slice(0, 2))) }),
  EXPOSE: (rest) => ({ ports: words(rest).map(Number) }),
  USER: (rest) => ({ user: rest }),
  STOPSIGNAL: (rest) => ({ signal: rest }),
  HEALTHCHECK: (rest) => ({ command: json(rest.replace(/^.*?\bCMD\s+/, '')) }),
  ENTRYPOINT: (rest) => ({ command: json(rest) }),
  CMD: (rest) => ({ command: json(rest) }),
};

function instruction(word, rest, line) {
  if (!Object.hasOwn(READERS, word ?? '')) throw new Error(`not known here: ${line}`);
  return { word, line, ...READERS[word](rest) };
}
