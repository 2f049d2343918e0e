import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { reactions } from '../../src/reactions.js';
import { schedules } from '../../src/schedules.js';
import { spawnSync } from 'node:child_process';

const PROGRAM = `
  import { readFileSync } from 'node:fs';
  import { schemaFaults } from './scripts/kubernetes/schema.mjs';
  console.log(JSON.stringify(await schemaFaults(JSON.parse(readFileSync(0, 'utf8')))));`;

/** The compiler and the schemas run in a process of their own, on plain Node. */
function faultsOf(manifests: unknown[]): string[] {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
    input: JSON.stringify(manifests),
    encoding: 'utf8',
  });
  if (!stdout) throw new Error(stderr);
  return JSON.parse(stdout);
}

const production = parseAllDocuments(readFileSync('kubernetes/rendered/production.yaml', 'utf8')).map((document) =>
  document.toJS(),
);
const get = (kind: string) => structuredClone(production.find((one) => one.kind === kind));

describe('the schemas of the manifests', () => {
  it('refuse unknown fields, wrong values and unknown kinds, each by its name', () => {
    const unknown = get('Deployment');
    unknown.spec.template.spec.containers[0].livenesProbe = {};
    const wrong = get('HorizontalPodAutoscaler');
    wrong.spec.maxReplicas = 'ten';
    const foreign = get('ScaledObject');
    foreign.spec.maxReplicas = 10;
    const kind = { apiVersion: 'apps/v1', kind: 'Deploymint', metadata: { name: 'x' } };
    const faults = faultsOf([unknown, wrong, foreign, kind]);
    for (const said of [
      /Deployment\/api: .*livenesProbe/,
      /HorizontalPodAutoscaler\/api: .*maxReplicas/,
      /ScaledObject\/worker: .*maxReplicas/,
      /Deploymint\/x: there is no Deploymint in apps\/v1/,
    ])
      expect(faults).toContainEqual(expect.stringMatching(said));
  });
});

describe('the workers', () => {
  it('are scaled by every queue there is', () => {
    const queues = [...Object.values(reactions).flat(), ...Object.values(schedules).map(({ queue }) => queue)];
    const lists = get('ScaledObject').spec.triggers.map(({ metadata }: any) => metadata.listName); // oxlint-disable-line typescript/no-explicit-any
    expect(lists.toSorted()).toEqual([...new Set(queues)].map((name) => `{daybook}:${name}:wait`).toSorted());
  });
});
