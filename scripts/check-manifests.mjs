// The Kubernetes manifests, without a cluster: rendered by kubectl, fit for their schemas, without unknown fields, and within
// the rules of scripts/kubernetes/policy.mjs. What was rendered is committed in kubernetes/rendered, so that a review sees what
// a change does; where there is no kubectl, that is what is looked at, and it is said.
//   node scripts/check-manifests.mjs            --write renders anew, --need-kubectl fails where there is none
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { policyFaults } from './kubernetes/policy.mjs';
import { schemaFaults } from './kubernetes/schema.mjs';

/** What is rendered: a name, and the folder of its kustomization. */
const OVERLAYS = { staging: 'overlays/staging', production: 'overlays/production', gateway: 'gateway' };
const KUBERNETES = new URL('../kubernetes/', import.meta.url);
const KUSTOMIZE_MIN = 5;

const place = (name) => new URL(`rendered/${name}.yaml`, KUBERNETES);
const parse = (text) => parseAllDocuments(text).map((document) => document.toJS({ maxAliasCount: 0 }));

/** Does this machine have a kubectl whose kustomize knows components, labels and replacements? */
function hasKubectl() {
  const { stdout } = spawnSync('kubectl', ['version', '--client'], { encoding: 'utf8' });
  return Number(/Kustomize Version: v(\d+)/.exec(stdout ?? '')?.[1] ?? 0) >= KUSTOMIZE_MIN;
}

function render(folder) {
  const path = new URL(folder, KUBERNETES).pathname;
  const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', path], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`kubectl kustomize kubernetes/${folder}: ${stderr}`);
  return stdout;
}

const flags = new Set(process.argv.slice(2));
const isRendered = hasKubectl();
if (!isRendered)
  console.log(`no kubectl with kustomize ${KUSTOMIZE_MIN} here: looking at kubernetes/rendered as it is`);
const faults = isRendered || !flags.has('--need-kubectl') ? [] : ['kubectl is missing, or too old'];
const templates = readdirSync(new URL('secrets/', KUBERNETES)).map((file) => file.replace(/\.env\.example$/, ''));
let count = 0;
for (const [name, folder] of Object.entries(OVERLAYS)) {
  if (isRendered) {
    const text = render(folder);
    mkdirSync(new URL('.', place(name)), { recursive: true });
    if (flags.has('--write')) writeFileSync(place(name), text);
    // What they say is compared: another kubectl may order or quote it differently.
    else if (JSON.stringify(parse(text)) !== JSON.stringify(parse(readFileSync(place(name), 'utf8'))))
      faults.push(`kubernetes/rendered/${name}.yaml is stale: node scripts/check-manifests.mjs --write`);
  }
  const manifests = parse(readFileSync(place(name), 'utf8'));
  count += manifests.length;
  const found = [...(await schemaFaults(manifests)), ...policyFaults(manifests, templates)];
  faults.push(...found.map((fault) => `${name}: ${fault}`));
}
for (const fault of faults) console.error(fault);
if (faults.length === 0) console.log(`${count} manifests of ${Object.keys(OVERLAYS).join(', ')} are as they must be`);
process.exitCode = faults.length === 0 ? 0 : 1;
