// Does each manifest fit the schema of its kind, and has it no field that the kind does not know? Without a cluster, by the
// schemas and types of kubernetes-models, and of its companions for what others define.
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const DEFINED_BY = {
  'cert-manager.io': 'cert-manager',
  'external-secrets.io': 'external-secrets',
  'gateway.networking.k8s.io': 'gateway-api',
  'keda.sh': 'keda',
  'monitoring.coreos.com': 'prometheus-operator',
  'postgresql.cnpg.io': 'cloudnative-pg',
};

export const nameOf = ({ kind, metadata }) => `${kind}/${metadata?.name}`;

/** The module that has the class of a manifest, such as kubernetes-models/apps/v1/Deployment. */
function moduleOf({ apiVersion, kind }) {
  const [group, version] = String(apiVersion).includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const owner = DEFINED_BY[group];
  const base = owner === undefined ? 'kubernetes-models' : `@kubernetes-models/${owner}`;
  return [base, group, version, kind].filter(Boolean).join('/');
}

async function valueFaults(manifest) {
  const found = await import(moduleOf(manifest)).catch(() => undefined);
  const Model = found?.[manifest.kind];
  if (!Model) return [`there is no ${manifest.kind} in ${manifest.apiVersion}`];
  try {
    new Model(manifest).validate();
    return [];
  } catch (error) {
    return [error.message];
  }
}

/** Each manifest as a literal of its type: the compiler refuses a property that the type does not have. */
function fieldFaults(manifests) {
  const file = fileURLToPath(new URL('../../manifests.checked.ts', import.meta.url));
  const text = manifests
    .map((manifest, n) => {
      const type = `import(${JSON.stringify(moduleOf(manifest))}).I${manifest.kind}`;
      return `export const m${n}: ${type} = ${JSON.stringify(manifest)};\n`;
    })
    .join('');
  const { NodeNext: module } = ts.ModuleKind;
  const options = { module, target: ts.ScriptTarget.ES2023, strict: true, noEmit: true, skipLibCheck: true, types: [] };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (path) => path === file || fileExists(path);
  host.getSourceFile = (path, ...rest) =>
    path === file ? ts.createSourceFile(path, text, ts.ScriptTarget.ES2023) : getSourceFile(path, ...rest);
  return ts
    .getPreEmitDiagnostics(ts.createProgram([file], options, host))
    .map(({ messageText, start, file: source }) => {
      const sentence = ts.flattenDiagnosticMessageText(messageText, ' ').replace(/\s+/g, ' ');
      const line = source?.fileName === file ? source.getLineAndCharacterOfPosition(start).line : -1;
      return { manifest: manifests[line], sentence };
    });
}

/** @returns a sentence for each thing that is wrong */
export async function schemaFaults(manifests) {
  const faults = [];
  const known = [];
  for (const manifest of manifests) {
    const found = await valueFaults(manifest);
    faults.push(...found.map((sentence) => `${nameOf(manifest)}: ${sentence}`));
    if (!found.some((sentence) => sentence.startsWith('there is no'))) known.push(manifest);
  }
  const unknown = fieldFaults(known).map(
    ({ manifest, sentence }) => `${manifest ? nameOf(manifest) : 'types'}: ${sentence}`,
  );
  return [...faults, ...unknown];
}
