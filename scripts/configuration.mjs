// Writes docs/configuration.md from the schema of the environment, so that what is documented is what is read.
import { z } from 'zod';
import { settings } from '../dist/src/platform/config/config.js';

const HEADER = `# Configuration

<!-- Made by \`npm run generate\` from src/platform/config. Do not edit: change the schema. -->

Read from the environment, once, at the start. A fault stops the start; all faults are listed together, and no value is printed.
`;

const PARTS = [
  ['main.js, worker.js and npm start', 'server'],
  ['The migration job', 'migration'],
  ['npm start alone', 'embedded'],
];

const FOOTER = `Keys are \`id:key\` pairs, comma-separated: the first for what is new, the others for what is old ([rotating keys](runbooks/rotate-keys.md)). A key is 32 random bytes in base64url:

\`\`\`sh
node -p "'t1:' + crypto.randomBytes(32).toString('base64url')"
\`\`\`

\`npm start\` needs none of this. It makes its own secrets, and sets \`DATABASE_URL\`, \`QUEUE_DATABASE_URL\`, the four lists of keys and the \`S3_…\` settings itself, whatever the environment says; \`PUBLIC_URL\`, \`MAIL_DIR\` and \`S3_PUBLIC_ENDPOINT\` where it says nothing ([runbook](runbooks/embedded-instance.md)).
`;

/** The reference, as prettier leaves it. @param format what makes it so */
export async function describeConfiguration(format) {
  const parts = PARTS.map(([title, part]) => `## ${title}\n\n${tableOf(settings[part])}\n`);
  return format([HEADER, ...parts, '## Keys\n', FOOTER].join('\n'));
}

function tableOf(shape) {
  const rows = Object.entries(shape).map(([name, schema]) => rowOf(name, schema));
  return ['| name | meaning | takes | default |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function rowOf(name, schema) {
  const { description, fallback } = schema.meta() ?? {};
  if (!description) throw new Error(`${name} has no description`);
  return `| \`${name}\` | ${linked(description)} | ${kindOf(name, schema)} | ${fallback ?? defaultOf(schema)} |`;
}

/** A page that is named is linked. */
const linked = (text) => text.replaceAll(/docs\/([\w/-]+\.md)/g, (_, page) => `[${page}](${page})`);

function kindOf(name, schema) {
  if (/_(KEYS|PEPPERS)$/.test(name)) return 'keys';
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const output = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' });
  if (json.enum) return json.enum.map((value) => `\`${value}\``).join(', ');
  if (name === 'S3_FORCE_PATH_STYLE') return '`true`, `false`';
  if (output.type === 'integer' || output.type === 'number')
    return `${grouped(output.minimum)} to ${grouped(output.maximum)}`;
  return json.format === 'uri' ? 'a URL' : 'text';
}

const grouped = (number) => String(number).replaceAll(/\B(?=(\d{3})+(?!\d))/g, number > 65_535 ? ',' : '');

function defaultOf(schema) {
  const { success, data } = schema.safeParse(undefined);
  if (!success) return 'required';
  if (data === undefined || (Array.isArray(data) && data.length === 0)) return 'none';
  return `\`${data}\``;
}
