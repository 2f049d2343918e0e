/** @returns whether a path of the build context is left out, as .dockerignore says: the last line that fits decides */
export function ignoredBy(text) {
  const rules = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line && !line.startsWith('#'))
    .map((line) => ({ isException: line.startsWith('!'), pattern: expression(line.replace(/^!/, '')) }));
  return (path) => {
    const parents = path.split('/').map((_, at, parts) => parts.slice(0, at + 1).join('/'));
    const last = rules.findLast(({ pattern }) => parents.some((parent) => pattern.test(parent)));
    return last !== undefined && !last.isException;
  };
}

/** `*` is anything within a name, a leading double star with a slash any folders, none included. */
function expression(pattern) {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/^\*\*\//, '(.*/)?')
    .replace(/(?<![.)])\*/g, '[^/]*');
  return new RegExp(`^${source}$`);
}
