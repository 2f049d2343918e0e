// What production installs, from the lock file, and under which licences. A licence that is not allowed fails.
//   node scripts/sbom.mjs                              looks at the licences, and writes nothing
//   node scripts/sbom.mjs sbom.cdx.json licences.txt   also writes, of what is installed here, a CycloneDX document and a list
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Licences that ask for no more than their text and the names in it, which every package brings along. */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Python-2.0',
]);

/** Packages whose package.json says it in no way that npm reads; looked up in the file that is named beside. */
const LOOKED_UP = {
  'passport-strategy@1.0.0': { licence: 'MIT' }, // its LICENSE
  'pause@0.0.1': { licence: 'MIT' }, // its Readme.md
};

/** `(A OR B)` is allowed when one of them is, `A AND B` when both are. */
const isAllowed = (licence) =>
  licence
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((part) => ALLOWED.has(part.trim())));

/**
 * Every package of a lock file that production installs, on whatever platform, in the order of their places.
 * @returns name, version, licence, and its entry and place in the lock file
 */
export function shippedPackages(lock) {
  return Object.entries(lock.packages)
    .filter(([path, { dev, link }]) => path !== '' && !dev && !link)
    .map(([path, entry]) => {
      const name = entry.name ?? path.replace(/^.*node_modules\//, '');
      const id = `${name}@${entry.version}`;
      return { id, name, path, entry, licence: entry.license ?? LOOKED_UP[id]?.licence };
    });
}

/** What stands in the way of shipping these. */
export const licenceFaults = (packages) =>
  packages.flatMap(({ id, licence }) => {
    if (licence === undefined) return `${id} names no licence: read it, and write it down in scripts/sbom.mjs`;
    return isAllowed(licence) ? [] : `${id} is under ${licence}, which is not allowed in scripts/sbom.mjs`;
  });

const purl = (id) => `pkg:npm/${id.replace(/^@/, '%40')}`;

const componentOf = ({ id, name, path, entry, licence }) => ({
  type: 'library',
  'bom-ref': path,
  name,
  version: entry.version,
  licenses: [/ (OR|AND) /.test(licence) ? { expression: licence } : { license: { id: licence } }],
  purl: purl(id),
  ...(entry.integrity && {
    hashes: [{ alg: 'SHA-512', content: Buffer.from(entry.integrity.split('-')[1], 'base64').toString('hex') }],
  }),
});

/** Where Node finds `name` from the package at `path`: beside it, or above. */
function resolve(name, path, places) {
  for (let at = path; ; at = at.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$|^[^/]+$/, '')) {
    const place = `${at && `${at}/`}node_modules/${name}`;
    if (places.has(place)) return place;
    if (at === '') return undefined;
  }
}

/** CycloneDX 1.5. The same packages give the same bytes: it has no date, and its number is made from what is in it. */
function cycloneDx({ name, version, license }, packages) {
  const places = new Set(packages.map(({ path }) => path));
  const edges = packages.map(({ path, entry: { dependencies, optionalDependencies, peerDependencies } }) => ({
    ref: path,
    dependsOn: Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })
      .map((wanted) => resolve(wanted, path, places))
      .filter((place) => place !== undefined)
      .sort(),
  }));
  const components = packages.map(componentOf);
  const hex = createHash('sha256').update(JSON.stringify(components)).digest('hex');
  const serial = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    serialNumber: `urn:uuid:${serial.join('-')}`,
    version: 1,
    metadata: {
      component: { type: 'application', 'bom-ref': '.', name, version, licenses: [{ license: { id: license } }] },
    },
    components,
    dependencies: [{ ref: '.', dependsOn: packages.map(({ path }) => path) }, ...edges],
  };
}

function main([sbomFile, listFile]) {
  const lock = JSON.parse(readFileSync(`${ROOT}package-lock.json`, 'utf8'));
  const packages = shippedPackages(lock);
  const faults = licenceFaults(packages);
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) return 1;
  const licences = [...new Set(packages.map(({ licence }) => licence))].sort((a, b) => (a < b ? -1 : 1));
  console.log(`${packages.length} packages for production, all under allowed licences: ${licences.join(', ')}`);
  const installed = packages.filter(({ path }) => existsSync(`${ROOT}${path}/package.json`));
  if (sbomFile) writeFileSync(sbomFile, `${JSON.stringify(cycloneDx(lock.packages[''], installed), null, 2)}\n`);
  const lines = [...new Set(installed.map(({ id, licence }) => `${id}: ${licence}\n`))].sort();
  if (listFile) writeFileSync(listFile, lines.join(''));
  return 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = main(process.argv.slice(2));
