// Rules of the house for the manifests of one overlay: pods, references that lead nowhere, who scales what, flows, secrets.
import { budgetFaults } from './budget.mjs';
import { containersOf, podFaults, templateOf } from './pods.mjs';
import { nameOf } from './schema.mjs';

const WORKLOADS = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob']);

/** Does a selector fit these labels? An empty one fits all. */
function selects({ matchLabels = {}, matchExpressions = [] } = {}, labels = {}) {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values }) => operator === 'In' && values.includes(labels[key]))
  );
}

/** The manifests of an overlay, and what stands beside them. */
class World {
  constructor(manifests, secretTemplates) {
    this.manifests = manifests;
    this.workloads = manifests.filter(({ kind }) => WORKLOADS.has(kind));
    this.secrets = new Set([
      ...secretTemplates,
      ...this.by('ExternalSecret').map(({ spec, metadata }) => spec.target?.name ?? metadata.name),
    ]);
    const settings = this.by('ConfigMap').find(({ metadata }) => metadata.name.startsWith('daybook-settings'));
    this.settings = settings?.data ?? {};
  }

  by = (kind) => this.manifests.filter((manifest) => manifest.kind === kind);

  has(kind, name) {
    return kind === 'Secret' ? this.secrets.has(name) : this.by(kind).some(({ metadata }) => metadata.name === name);
  }
}

function twiceFaults({ manifests }) {
  const seen = new Set();
  return manifests.flatMap((manifest) => {
    const id = [manifest.apiVersion, manifest.kind, manifest.metadata.namespace, manifest.metadata.name].join('|');
    return seen.size === seen.add(id).size ? [`${nameOf(manifest)}: is there twice`] : [];
  });
}

/** ConfigMaps, Secrets and service accounts that a pod names. */
function referenceFaults(world, workload) {
  const { spec } = templateOf(workload);
  const wanted = containersOf({ spec }).flatMap(({ envFrom = [], env = [] }) => [
    ...envFrom.flatMap(({ configMapRef, secretRef }) => [
      ['ConfigMap', configMapRef?.name],
      ['Secret', secretRef?.name],
    ]),
    ...env.map(({ valueFrom }) => ['Secret', valueFrom?.secretKeyRef?.name]),
    ...env.map(({ valueFrom }) => ['ConfigMap', valueFrom?.configMapKeyRef?.name]),
  ]);
  wanted.push(['ServiceAccount', spec.serviceAccountName ?? 'default']);
  return wanted
    .filter(([kind, name]) => name !== undefined && !world.has(kind, name))
    .map(([kind, name]) => `names ${kind}/${name}, which is nowhere`);
}

/** Who scales a Deployment, and what keeps it up while nodes go and releases come. */
function scalingFaults({ by }, deployment) {
  const { metadata, spec } = deployment;
  if (metadata.annotations?.['daybook/single']) return [];
  const { labels } = spec.template.metadata;
  const scalers = [...by('HorizontalPodAutoscaler'), ...by('ScaledObject')].filter(
    (scaler) => scaler.spec.scaleTargetRef.name === metadata.name,
  );
  const faults = [];
  if (scalers.length > 1) faults.push(`is scaled by ${scalers.map(nameOf).join(' and ')}`);
  if (scalers.length > 0 && spec.replicas !== undefined) faults.push('sets replicas, which an autoscaler owns');
  const least = scalers[0]?.spec.minReplicas ?? scalers[0]?.spec.minReplicaCount ?? spec.replicas ?? 1;
  if (least < 2) faults.push('may run as a single pod');
  const budget = by('PodDisruptionBudget').find((pdb) => selects(pdb.spec.selector, labels));
  if (!budget) faults.push('has no PodDisruptionBudget');
  else if (budget.spec.maxUnavailable === 0 || budget.spec.minAvailable >= least)
    faults.push('has a PodDisruptionBudget that lets no node be drained');
  const keys = spec.template.spec.topologySpreadConstraints?.map(({ topologyKey }) => topologyKey) ?? [];
  if (!keys.includes('kubernetes.io/hostname')) faults.push('is not spread over nodes');
  return faults;
}

function deploymentFaults(world, deployment) {
  const { spec } = deployment;
  const { labels } = spec.template.metadata;
  const faults = scalingFaults(world, deployment);
  if (!selects(spec.selector, labels)) faults.push('does not select its own pods');
  const isServer = spec.template.spec.containers.some(({ command = [] }) =>
    /(main|worker)\.js/.test(command.join(' ')),
  );
  const waits = spec.template.spec.initContainers?.some(({ command = [] }) => command.includes('--wait'));
  if (isServer && !waits) faults.push('does not wait for the migrations');
  return faults;
}

/** Default deny, and for each workload only flows that say where to. */
function flowFaults({ by, workloads }) {
  const policies = by('NetworkPolicy');
  const isAll = ({ podSelector = {} }) => Object.keys(podSelector).length === 0;
  const denies = policies.some(
    ({ spec }) =>
      isAll(spec) &&
      !spec.ingress &&
      !spec.egress &&
      ['Ingress', 'Egress'].every((type) => spec.policyTypes?.includes(type)),
  );
  const faults = workloads.length === 0 || denies ? [] : ['there is no NetworkPolicy that denies what is not named'];
  for (const policy of policies) {
    const open = [...(policy.spec.ingress ?? []), ...(policy.spec.egress ?? [])].some(
      ({ from, to, ports }) => !(from ?? to)?.length || !ports?.length,
    );
    if (open) faults.push(`${nameOf(policy)}: a flow without a place or a port`);
  }
  for (const workload of workloads) {
    const { labels } = templateOf(workload).metadata;
    const own = policies.filter(({ spec }) => selects(spec.podSelector, labels));
    const rules = own.flatMap(({ spec }) => spec.egress ?? []);
    const ports = new Set(rules.flatMap((rule) => rule.ports ?? []).map(({ port }) => port));
    const isOurs = containersOf(templateOf(workload)).some(({ command = [] }) => command[0] === 'node');
    const wanted = workload.kind === 'Job' ? [53, 5432] : [53, 5432, 6379, 443];
    for (const port of isOurs ? wanted.filter((one) => !ports.has(one)) : [])
      faults.push(`${nameOf(workload)}: no flow to port ${port}`);
  }
  return faults;
}

/** Services, routes, monitors and scalers that point at nothing. */
function targetFaults({ by }) {
  const faults = [];
  const podsFor = (selector) => by('Deployment').filter(({ spec }) => selects(selector, spec.template.metadata.labels));
  const hasPort = (deployment, name) =>
    deployment.spec.template.spec.containers.some(({ ports = [] }) => ports.some((port) => port.name === name));
  for (const service of by('Service')) {
    const [target] = podsFor({ matchLabels: service.spec.selector });
    if (!target) faults.push(`${nameOf(service)}: selects nothing`);
    for (const { targetPort } of target ? service.spec.ports : [])
      if (!hasPort(target, targetPort)) faults.push(`${nameOf(service)}: port ${targetPort} is nowhere`);
  }
  for (const scaler of [...by('HorizontalPodAutoscaler'), ...by('ScaledObject')])
    if (!by('Deployment').some(({ metadata }) => metadata.name === scaler.spec.scaleTargetRef.name))
      faults.push(`${nameOf(scaler)}: its target is nowhere`);
  for (const monitor of by('PodMonitor')) {
    const pods = podsFor(monitor.spec.selector);
    const ports = monitor.spec.podMetricsEndpoints.map(({ port }) => port);
    if (pods.length === 0 || ports.some((port) => pods.some((pod) => !hasPort(pod, port))))
      faults.push(`${nameOf(monitor)}: asks pods or ports that are not there`);
  }
  return [...faults, ...backendFaults(by)];
}

function backendFaults(by) {
  const backends = [
    ...by('HTTPRoute').flatMap((route) =>
      route.spec.rules.flatMap(({ backendRefs }) => backendRefs.map((ref) => [route, ref])),
    ),
    ...by('Ingress').flatMap((ingress) =>
      ingress.spec.rules.flatMap(({ http }) =>
        http.paths.map(({ backend: { service } }) => [
          ingress,
          { name: service.name, port: service.port.name ?? service.port.number },
        ]),
      ),
    ),
  ];
  return backends
    .filter(([, { name, port }]) => {
      const service = by('Service').find(({ metadata }) => metadata.name === name);
      return !service?.spec.ports.some((one) => one.port === port || one.name === port);
    })
    .map(([owner, { name, port }]) => `${nameOf(owner)}: its backend ${name}:${port} is nowhere`);
}

/** No value of a secret is in a manifest: not as a Secret, not in a setting, not in a variable. */
function secretFaults({ by, workloads }) {
  const isTelling = ([name, value]) =>
    value !== '' &&
    (/(_KEYS|_PEPPERS|PASSWORD|SECRET|_KEY)$/.test(name) || /^\w+:\/\/[^/@\s]*:[^/@\s]+@/.test(String(value)));
  const faults = by('Secret').map((secret) => `${nameOf(secret)}: a Secret is in plain sight`);
  for (const map of by('ConfigMap'))
    for (const [name] of Object.entries(map.data ?? {}).filter(isTelling))
      faults.push(`${nameOf(map)}: ${name} is a secret`);
  for (const workload of workloads)
    for (const { env = [] } of containersOf(templateOf(workload)))
      for (const { name } of env.filter(({ name, value }) => value !== undefined && isTelling([name, value])))
        faults.push(`${nameOf(workload)}: ${name} is a secret`);
  return faults;
}

/**
 * @param manifests of one overlay @param secretTemplates names of the Secrets that are made by hand
 * @returns a sentence for each thing that is wrong
 */
export function policyFaults(manifests, secretTemplates) {
  const world = new World(manifests, secretTemplates);
  const told = (workload, faults) => faults.map((fault) => `${nameOf(workload)}: ${fault}`);
  return [
    ...twiceFaults(world),
    ...world.workloads.flatMap((workload) => told(workload, podFaults(workload, world.settings))),
    ...world.workloads.flatMap((workload) => told(workload, referenceFaults(world, workload))),
    ...world.by('Deployment').flatMap((deployment) => told(deployment, deploymentFaults(world, deployment))),
    ...flowFaults(world),
    ...targetFaults(world),
    ...secretFaults(world),
    ...(world.workloads.length > 0 ? budgetFaults(world.by, world.settings) : []),
  ];
}
