// The lock file must serve every platform: npm drops an optional package that the registry lacks from the lock, and
// `npm ci` then refuses it elsewhere. Every name in any `optionalDependencies` of the lock must have an entry of its own.
import { readFileSync } from 'node:fs';

const { packages } = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
const present = new Set(Object.keys(packages).map((path) => path.replace(/^.*node_modules\//, '')));
const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
  Object.keys(optionalDependencies)
    .filter((name) => !present.has(name))
    .map((name) => `${name}, wanted by ${path || 'the root'}`),
);
const outside = Object.entries(packages)
  .filter(
    ([, { resolved }]) => resolved && !resolved.startsWith('https://registry.npmjs.org/') && /^[a-z+]+:/.test(resolved),
  )
  .map(([path, { resolved }]) => `${path} comes from ${new URL(resolved).protocol}//…, not from the public registry`);

for (const fault of [...missing, ...outside]) console.error(`package-lock.json: ${fault}`);
if (missing.length + outside.length > 0) process.exit(1);
console.log(`package-lock.json: ${present.size} packages, complete for every platform`);
