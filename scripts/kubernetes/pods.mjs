// Rules for every pod: Pod Security "restricted" and more, probes, resources, ends.
const VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];
const CLOSE_S = 25;
const MARGIN_S = 5;
const ARGON2_MIB = 64;
/** Resident memory of the API without password runs, in MiB: docs/image.md. */
const API_MIB = 320;

export const templateOf = ({ kind, spec }) => (kind === 'CronJob' ? spec.jobTemplate.spec.template : spec.template);
export const containersOf = ({ spec }) => [...(spec.initContainers ?? []), ...spec.containers];

export function mebibytes(quantity = '0') {
  const [, number, unit = ''] = /^(\d+)(Mi|Gi)?$/.exec(quantity) ?? [];
  return Number(number) * { Mi: 1, Gi: 1024, '': 2 ** -20 }[unit];
}

/** What Pod Security "restricted" asks for, a root file system that cannot be written, and no token. */
function securityFaults({ spec }) {
  const faults = [];
  if (spec.automountServiceAccountToken !== false) faults.push('mounts a token of its service account');
  for (const flag of ['hostNetwork', 'hostPID', 'hostIPC']) if (spec[flag]) faults.push(`${flag} is set`);
  for (const { name, ...source } of spec.volumes ?? [])
    if (!VOLUMES.some((kind) => kind in source)) faults.push(`volume ${name} is of a kind that "restricted" forbids`);
  for (const { name, securityContext, ports = [] } of containersOf({ spec })) {
    const is = { ...spec.securityContext, ...securityContext };
    if (is.privileged) faults.push(`${name}: privileged`);
    if (is.runAsNonRoot !== true || !(is.runAsUser > 0)) faults.push(`${name}: may run as root`);
    if (is.allowPrivilegeEscalation !== false) faults.push(`${name}: may gain privileges`);
    if (!is.capabilities?.drop?.includes('ALL') || is.capabilities.add?.length > 0)
      faults.push(`${name}: keeps capabilities`);
    if (is.seccompProfile?.type !== 'RuntimeDefault') faults.push(`${name}: no seccomp profile`);
    if (is.readOnlyRootFilesystem !== true) faults.push(`${name}: its root file system can be written`);
    if (ports.some(({ hostPort }) => hostPort)) faults.push(`${name}: takes a port of its node`);
  }
  return faults;
}

function imageAndResourceFaults({ spec }) {
  return containersOf({ spec }).flatMap(({ name, image, resources: { requests = {}, limits = {} } = {} }) => {
    const tag = /:([^:/@]+)$/.exec(image.replace(/@sha256:.*/, ''))?.[1];
    const isPinned = image.includes('@sha256:') || (tag !== undefined && tag !== 'latest');
    return [
      ...(isPinned ? [] : [`${name}: the image ${image} is not pinned`]),
      ...(requests.cpu && requests.memory && limits.memory ? [] : [`${name}: no requests, or no limit of memory`]),
      ...(mebibytes(requests.memory) > mebibytes(limits.memory)
        ? [`${name}: asks for more memory than its limit`]
        : []),
    ];
  });
}

/** Probes of what runs for ever. Only `/health/live` touches no dependency. */
function probeFaults({ spec }) {
  return spec.containers.flatMap((container) => {
    const ports = new Set(container.ports?.map(({ name }) => name));
    const faults = ['startupProbe', 'livenessProbe', 'readinessProbe'].flatMap((kind) => {
      const probe = container[kind];
      if (!probe) return [`no ${kind}`];
      const { port } = probe.httpGet ?? probe.tcpSocket ?? {};
      return typeof port === 'string' && !ports.has(port) ? [`${kind} asks a port that is not there: ${port}`] : [];
    });
    for (const kind of ['startupProbe', 'livenessProbe']) {
      const path = container[kind]?.httpGet?.path;
      if (path !== undefined && path !== '/health/live') faults.push(`${kind} touches a dependency: ${path}`);
    }
    const ready = container.readinessProbe?.httpGet?.path;
    if (ready !== undefined && ready !== '/health/ready')
      faults.push(`readinessProbe asks ${ready}, not /health/ready`);
    return faults.map((fault) => `${container.name}: ${fault}`);
  });
}

/** Time to be taken out of every proxy's list, then for the drain, before the pod is killed. */
function endFaults({ spec }, settings) {
  const faults = [];
  const grace = spec.terminationGracePeriodSeconds ?? 30;
  for (const { name, lifecycle } of spec.containers) {
    const sleep = lifecycle?.preStop?.sleep?.seconds ?? 0;
    if (!(sleep > 0)) faults.push(`${name}: ends at once: no preStop`);
    if (grace < sleep + CLOSE_S + MARGIN_S)
      faults.push(`${name}: is killed after ${grace} s, and needs ${sleep + CLOSE_S + MARGIN_S}`);
  }
  const notice = Number(settings.DRAIN_NOTICE_MS ?? 0) / 1000;
  // A request may take 10 s, and the end is at 25 s.
  if (notice + 10 + MARGIN_S > CLOSE_S) faults.push(`DRAIN_NOTICE_MS leaves too little of the ${CLOSE_S} s`);
  return faults;
}

function argonFaults({ spec }, settings) {
  const api = spec.containers.find(({ command }) => command?.includes('dist/src/main.js'));
  if (!api) return [];
  const needed = API_MIB + ARGON2_MIB * Number(settings.ARGON2_CONCURRENCY ?? Number.NaN);
  return mebibytes(api.resources?.limits?.memory) >= needed
    ? []
    : [`${api.name}: its limit of memory has no room for ARGON2_CONCURRENCY password runs`];
}

const isOurs = ({ spec }) => spec.containers.some(({ command = [] }) => command[0] === 'node');

/** @returns a sentence for each thing that is wrong with the pods of a workload */
export function podFaults(workload, settings) {
  const template = templateOf(workload);
  const faults = [...securityFaults(template), ...imageAndResourceFaults(template)];
  if (workload.kind !== 'Deployment') return faults;
  faults.push(...probeFaults(template));
  if (isOurs(template)) faults.push(...endFaults(template, settings), ...argonFaults(template, settings));
  return faults;
}
