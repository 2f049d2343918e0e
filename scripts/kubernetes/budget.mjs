// The connections to PostgreSQL that the manifests can come to, and whether the database allows them.

/** A pod that comes in a rolling update, and one that still drains. */
const CHANGING = 2;

const poolOf = ({ env = [] }, settings) =>
  Number(env.find(({ name }) => name === 'DATABASE_POOL_MAX')?.value ?? settings.DATABASE_POOL_MAX);

/** The most pods that a Deployment can come to, whoever scales it. */
function podsOf(deployment, by) {
  const scales = ({ spec }) => spec.scaleTargetRef.name === deployment.metadata.name;
  const hpa = by('HorizontalPodAutoscaler').find(scales);
  const scaled = by('ScaledObject').find(scales);
  return hpa?.spec.maxReplicas ?? scaled?.spec.maxReplicaCount ?? deployment.spec.replicas ?? (scaled ? 100 : 1);
}

/** @param by the manifests of a kind @param settings the ConfigMap that the programs read */
export function budgetFaults(by, settings) {
  const budget = by('ConfigMap').find(({ metadata }) => metadata.name === 'connection-budget')?.data;
  if (!budget) return ['there is no ConfigMap connection-budget'];
  const [most, reserved] = [Number(budget.MAX_CONNECTIONS), Number(budget.RESERVED_CONNECTIONS)];
  if (!(most > 0) || !(reserved > 0))
    return ['connection-budget: MAX_CONNECTIONS and RESERVED_CONNECTIONS are numbers'];
  const parts = by('Deployment').flatMap((deployment) =>
    deployment.spec.template.spec.containers
      .filter(({ command = [] }) => /dist\/src\/(main|worker)\.js/.test(command.join(' ')))
      .map((container) => ({
        name: deployment.metadata.name,
        connections: (podsOf(deployment, by) + CHANGING) * poolOf(container, settings),
      })),
  );
  const sum = parts.reduce((total, { connections }) => total + connections, reserved);
  const faults = [];
  const told = parts.map(({ name, connections }) => `${name} ${connections}`).join(', ');
  if (!(sum <= most)) faults.push(`connection budget: ${told}, reserved ${reserved}: ${sum} of ${most}`);
  for (const { metadata, spec } of by('Cluster')) {
    const allowed = Number(spec.postgresql?.parameters?.max_connections ?? 100);
    if (allowed !== most)
      faults.push(`connection budget: Cluster/${metadata.name} allows ${allowed}, the budget says ${most}`);
  }
  return faults;
}
