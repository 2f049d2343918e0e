/** What the words of a migration are made of; the first that fits at a place. */
const TOKEN =
  /(?<line>--[^\n]*)|(?<block>\/\*[\s\S]*?\*\/)|(?<text>[eE]?'(?:[^']|'')*')|(?<name>"(?:[^"]|"")*")|(?<body>\$(?<tag>\w*)\$[\s\S]*?\$\k<tag>\$)|(?<end>;)|(?<other>[\s\S])/gy;
const ALLOWED = /^--\s*allow\s+([a-z-]+)\s*:\s*(\S.*)$/;

/**
 * The statements of some SQL, with what a linter has to know of each.
 * @returns words: the statement in one line, without comments, and with '' for each text; bodies: what is between dollar
 * signs; texts: its texts; allowed: the rules that a comment `-- allow <rule>: <reason>` before or in it sets aside
 */
export function statementsOf(sql) {
  const statements = [];
  let now = newStatement();
  const finish = () => {
    now.words = now.words.replace(/\s+/g, ' ').trim();
    if (now.words) statements.push(now);
    else if (now.allowed.length > 0) return; // a comment before the next statement
    now = newStatement();
  };
  for (const { groups } of sql.matchAll(TOKEN)) {
    if (groups.end) finish();
    else read(now, groups);
  }
  finish();
  return statements;
}

const newStatement = () => ({ words: '', bodies: [], texts: [], allowed: [] });

function read(statement, { line, block, text, name, body, tag, other }) {
  if (line) {
    const [, rule] = ALLOWED.exec(line.trim()) ?? [];
    if (rule) statement.allowed.push(rule);
  }
  if (text) statement.texts.push(text.replace(/^[eE]?'|'$/g, '').replaceAll("''", "'"));
  if (body) statement.bodies.push(body.slice(tag.length + 2, -(tag.length + 2)));
  statement.words += line || block ? ' ' : text || body ? `''` : (name ?? other);
}
