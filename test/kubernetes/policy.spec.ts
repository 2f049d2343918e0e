import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';

type Manifests = any[]; // oxlint-disable-line typescript/no-explicit-any -- rendered YAML, broken on purpose below

/** A name that the compiler does not look into: the check is plain JavaScript. */
const POLICY: string = '../../scripts/kubernetes/policy.mjs';

const { policyFaults } = (await import(POLICY)) as {
  policyFaults(manifests: Manifests, secretTemplates: readonly string[]): string[];
};

const TEMPLATES = ['daybook-secrets', 'daybook-owner', 'daybook-redis'];
const rendered = (overlay: string): Manifests =>
  parseAllDocuments(readFileSync(`kubernetes/rendered/${overlay}.yaml`, 'utf8')).map((document) => document.toJS());

/** What an overlay would say after one thing was changed in it. */
class Broken {
  constructor(
    readonly manifests: Manifests,
    readonly templates = TEMPLATES,
  ) {}

  get(kind: string, name: string) {
    const found = this.manifests.find((one) => one.kind === kind && one.metadata.name.startsWith(name));
    if (!found) throw new Error(`no ${kind}/${name}`);
    return found;
  }
  remove(kind: string, name: string) {
    this.manifests.splice(this.manifests.indexOf(this.get(kind, name)), 1);
  }
  pod = (name: string) => this.get('Deployment', name).spec.template.spec;
  container = (name: string) => this.pod(name).containers[0];
  settings = () => this.get('ConfigMap', 'daybook-settings').data;
  faults = () => policyFaults(this.manifests, this.templates);
}

type Plant = (overlay: Broken) => unknown;

/** A fault that is planted, and what the check then says. */
const faults: [string, Plant, RegExp][] = [
  ['a pod that may be root', (o) => (o.pod('api').securityContext.runAsNonRoot = false), /may run as root/],
  ['a pod with user 0', (o) => (o.pod('api').securityContext.runAsUser = 0), /may run as root/],
  ['a pod without seccomp', (o) => delete o.pod('worker').securityContext.seccompProfile, /no seccomp/],
  ['privileges to gain', (o) => delete o.container('api').securityContext.allowPrivilegeEscalation, /gain privileges/],
  ['capabilities that stay', (o) => (o.container('api').securityContext.capabilities.drop = []), /keeps capabilities/],
  [
    'an init container with capabilities',
    (o) => delete o.pod('api').initContainers[0].securityContext,
    /await-migrations: keeps/,
  ],
  ['a writable root', (o) => (o.container('api').securityContext.readOnlyRootFilesystem = false), /can be written/],
  ['the network of the node', (o) => (o.pod('api').hostNetwork = true), /hostNetwork/],
  ['a folder of the node', (o) => (o.pod('api').volumes = [{ name: 'x', hostPath: { path: '/' } }]), /volume x/],
  ['a port of the node', (o) => (o.container('api').ports[0].hostPort = 80), /port of its node/],
  ['a token for the API of the cluster', (o) => delete o.pod('api').automountServiceAccountToken, /mounts a token/],
  ['the tag latest', (o) => (o.container('api').image = 'registry.example.com/daybook:latest'), /not pinned/],
  ['no tag at all', (o) => (o.container('api').image = 'registry.example.com:5000/daybook'), /not pinned/],
  ['no limit of memory', (o) => delete o.container('worker').resources.limits, /no limit of memory/],
  ['no requests', (o) => delete o.container('worker').resources.requests.cpu, /no requests/],
  ['a limit without room for Argon2id', (o) => (o.settings().ARGON2_CONCURRENCY = '16'), /no room for ARGON2/],
  ['Argon2id by the processors of the node', (o) => delete o.settings().ARGON2_CONCURRENCY, /no room for ARGON2/],
  ['no readiness', (o) => delete o.container('api').readinessProbe, /no readinessProbe/],
  ['no startup probe', (o) => delete o.container('worker').startupProbe, /no startupProbe/],
  [
    'liveness that asks the database',
    (o) => (o.container('api').livenessProbe.httpGet.path = '/health/ready'),
    /livenessProbe touches a dependency/,
  ],
  [
    'readiness that asks nothing',
    (o) => (o.container('api').readinessProbe.httpGet.path = '/health/live'),
    /readinessProbe asks/,
  ],
  [
    'a probe of a port that is not there',
    (o) => (o.container('api').livenessProbe.httpGet.port = 'https'),
    /port that is not there: https/,
  ],
  ['no time to be forgotten', (o) => delete o.container('api').lifecycle, /no preStop/],
  ['a kill amid the drain', (o) => (o.pod('worker').terminationGracePeriodSeconds = 30), /is killed after 30 s/],
  ['a notice as long as the drain', (o) => (o.settings().DRAIN_NOTICE_MS = '20000'), /DRAIN_NOTICE_MS/],
  [
    'a secret that nobody makes',
    (o) => (o.container('api').envFrom[1].secretRef.name = 'lost'),
    /Secret\/lost, which is nowhere/,
  ],
  [
    'settings that nobody makes',
    (o) => o.remove('ConfigMap', 'daybook-settings'),
    /ConfigMap\/daybook-settings-\w+, which is nowhere/,
  ],
  ['an account that nobody makes', (o) => o.remove('ServiceAccount', 'worker'), /ServiceAccount\/worker/],
  [
    'two that scale',
    (o) =>
      o.manifests.push({
        ...o.get('HorizontalPodAutoscaler', 'api'),
        metadata: { name: 'two' },
        spec: { ...o.get('HorizontalPodAutoscaler', 'api').spec, scaleTargetRef: { name: 'worker' } },
      }),
    /Deployment\/worker: is scaled by HorizontalPodAutoscaler\/two and ScaledObject\/worker/,
  ],
  ['replicas that fight the autoscaler', (o) => (o.get('Deployment', 'api').spec.replicas = 3), /an autoscaler owns/],
  ['a single pod', (o) => (o.get('ScaledObject', 'worker').spec.minReplicaCount = 1), /single pod/],
  ['no budget for disruption', (o) => o.remove('PodDisruptionBudget', 'api'), /no PodDisruptionBudget/],
  [
    'a budget that lets no node go',
    (o) => (o.get('PodDisruptionBudget', 'api').spec.maxUnavailable = 0),
    /no node be drained/,
  ],
  ['pods on one node', (o) => delete o.pod('api').topologySpreadConstraints, /not spread/],
  ['a start before the migrations', (o) => delete o.pod('worker').initContainers, /does not wait for the migrations/],
  [
    'a selector for others',
    (o) => (o.get('Deployment', 'api').spec.selector.matchLabels = { a: 'b' }),
    /select its own pods/,
  ],
  ['no default deny', (o) => o.remove('NetworkPolicy', 'default-deny'), /denies what is not named/],
  ['a flow to anywhere', (o) => delete o.get('NetworkPolicy', 'to-public-https').spec.egress[0].to, /without a place/],
  [
    'a flow to any port',
    (o) => delete o.get('NetworkPolicy', 'to-mail').spec.egress[0].ports,
    /without a place or a port/,
  ],
  ['no way to the database', (o) => o.remove('NetworkPolicy', 'to-database'), /no flow to port 5432/],
  ['a service that selects nothing', (o) => (o.get('Service', 'api').spec.selector = { a: 'b' }), /selects nothing/],
  [
    'a service port that is nowhere',
    (o) => (o.get('Service', 'api').spec.ports[0].targetPort = 'web'),
    /port web is nowhere/,
  ],
  [
    'a route to nowhere',
    (o) => (o.get('HTTPRoute', 'api').spec.rules[0].backendRefs[0].port = 8080),
    /backend api:8080/,
  ],
  [
    'an autoscaler of nothing',
    (o) => (o.get('HorizontalPodAutoscaler', 'api').spec.scaleTargetRef.name = 'web'),
    /target is nowhere/,
  ],
  [
    'a monitor of a port that is not there',
    (o) => (o.get('PodMonitor', 'daybook').spec.podMetricsEndpoints[0].port = 'metrics'),
    /not there/,
  ],
  ['the same thing twice', (o) => o.manifests.push(structuredClone(o.get('Service', 'api'))), /is there twice/],
  [
    'a Secret in plain sight',
    (o) => o.manifests.push({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } }),
    /plain sight/,
  ],
  ['a secret among the settings', (o) => (o.settings().PASSWORD_PEPPERS = 'p1:abc'), /PASSWORD_PEPPERS is a secret/],
  [
    'a password in a URL of the settings',
    (o) => (o.settings().SOME_URL = 'postgres://a:b@c/d'),
    /SOME_URL is a secret/,
  ],
  [
    'a secret as a variable',
    (o) => o.container('worker').env.push({ name: 'S3_SECRET_ACCESS_KEY', value: 'x' }),
    /S3_SECRET_ACCESS_KEY is a secret/,
  ],
  [
    'more pods than connections',
    (o) => (o.get('HorizontalPodAutoscaler', 'api').spec.maxReplicas = 20),
    /connection budget: api 220/,
  ],
  [
    'more workers than connections',
    (o) => (o.get('ScaledObject', 'worker').spec.maxReplicaCount = 30),
    /connection budget/,
  ],
  ['a pool that is too large', (o) => (o.settings().DATABASE_POOL_MAX = '20'), /connection budget/],
  ['no word of the budget', (o) => o.remove('ConfigMap', 'connection-budget'), /no ConfigMap connection-budget/],
];

describe('the check of the manifests', () => {
  let overlay: Broken;
  beforeEach(() => {
    overlay = new Broken(rendered('production'));
  });

  it.each(['production', 'staging', 'gateway'])('finds nothing in %s', (name) => {
    expect(new Broken(rendered(name)).faults()).toEqual([]);
  });

  it.each(faults)('finds %s', (_name, plant, said) => {
    plant(overlay);
    expect(overlay.faults()).toContainEqual(expect.stringMatching(said));
  });

  it('finds a database of the cluster that allows less than the budget says', () => {
    overlay = new Broken(rendered('staging'));
    overlay.get('Cluster', 'daybook-db').spec.postgresql.parameters.max_connections = '100';
    expect(overlay.faults()).toContainEqual(expect.stringMatching(/Cluster\/daybook-db allows 100/));
  });

  it('finds a secret without a template', () => {
    expect(new Broken(rendered('staging'), ['daybook-secrets']).faults()).toContainEqual(
      expect.stringMatching(/Job\/migrate: names Secret\/daybook-owner/),
    );
  });
});
