// What a migration must not do to a table that was there before it: the release before this one is still at work on it, and
// every lock it waits for stops whoever comes after.

const NAME = '((?:"[^"]+"|[\\w%]+)(?:\\.(?:"[^"]+"|[\\w%]+))?)';
const ALTER_TABLE = new RegExp(`^ALTER TABLE (?:IF EXISTS )?(?:ONLY )?${NAME} (.*)$`, 'i');
const CREATE_INDEX = new RegExp(
  `^CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY)(?:IF NOT EXISTS )?(?:\\S+ )?ON (?:ONLY )?${NAME}`,
  'i',
);
const WRITE = new RegExp(
  `^(?:WITH .*)?(?:UPDATE (?:ONLY )?${NAME}|DELETE FROM (?:ONLY )?${NAME}|INSERT INTO ${NAME} .*\\bSELECT\\b)`,
  'i',
);
const REWRITES =
  /\b(SMALL|BIG)?SERIAL\b|\bGENERATED\b|\bDEFAULT\s+\(*(gen_random_uuid|uuidv\d|random|clock_timestamp|timeofday|nextval)\b/i;

/** Rules about one clause of ALTER TABLE on a table that was there before: id, what it matches, what to do instead. */
const CLAUSES = [
  ['drop-column', /^DROP (COLUMN )?(?!CONSTRAINT\b)/i, 'the release before still reads it: drop it one release after the last that does'],
  ['rename', /^RENAME\b/i, 'the release before knows the old name: add a new one, write both, drop the old one a release later'],
  ['type-change', /^ALTER (COLUMN )?\S+ (SET DATA )?TYPE\b/i, 'it rewrites the table: add a new column, and move in parts'],
  ['set-not-null', /^ALTER (COLUMN )?\S+ SET NOT NULL/i, 'it reads the whole table under the hardest lock: add a CHECK … NOT VALID, validate it in a later migration, then set it'],
  ['new-not-null-column', /^ADD (?!CONSTRAINT\b)(?!.*\bDEFAULT\b).*\bNOT NULL\b/i, 'the release before writes rows without it: give it a DEFAULT'],
  ['rewrite', (clause) => /^ADD /i.test(clause) && REWRITES.test(clause), 'it writes every row anew: add the column empty, and fill it in parts'],
  ['unvalidated-constraint', (clause) => /^ADD (CONSTRAINT|CHECK|FOREIGN)/i.test(clause) && /\b(CHECK|FOREIGN KEY|NOT NULL)\b/i.test(clause) && !/\bNOT VALID\b/i.test(clause), 'it reads the whole table under a lock: add it NOT VALID, and VALIDATE CONSTRAINT in a later migration'],
  ['unvalidated-constraint', /^ADD (?!CONSTRAINT|CHECK|FOREIGN).*\b(CHECK|REFERENCES)\b/i, 'it reads the whole table under a lock: add the column plain, then the constraint NOT VALID'],
  ['blocking-index', /^ADD (?!.*\bUSING INDEX\b).*\b(UNIQUE|PRIMARY KEY|EXCLUDE)\b/i, 'it makes an index under a lock: CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT … USING INDEX'],
]; // prettier-ignore

/** Rules about a whole statement that names the table: id, which table, what to do instead. */
const STATEMENTS = [
  ['drop-table', new RegExp(`^DROP TABLE (?:IF EXISTS )?${NAME}`, 'i'), 'the release before still uses it: drop it one release later'],
  ['blocking-index', CREATE_INDEX, 'it stops every write: CREATE INDEX CONCURRENTLY, in a migration of its own with `transaction = false`'],
  ['data', WRITE, 'it locks row after row until it is through: move data in parts, in a job or a migration of its own'],
  ['truncate', new RegExp(`^TRUNCATE (?:TABLE )?(?:ONLY )?${NAME}`, 'i'), 'it takes everything away'],
  ['lock', new RegExp(`^(?:LOCK (?:TABLE )?|CLUSTER (?:VERBOSE )?|VACUUM FULL |REINDEX (?:TABLE|INDEX) (?!CONCURRENTLY))${NAME}`, 'i'), 'it stops the server for as long as it takes'],
]; // prettier-ignore

/** Rules that hold whatever the table. */
const ALWAYS = [
  ['drop-function', /^DROP (FUNCTION|TYPE|SCHEMA)\b/i, 'the release before still uses it: drop it one release later'],
  ['revoke', /^REVOKE\b.*\bFROM\b.*\bdaybook_/i, 'the release before still needs it: take it back one release later'],
  ['lock-timeout', /^SET (LOCAL |SESSION )?lock_timeout\b/i, 'the migration job sets it, and tries again'],
]; // prettier-ignore

/** A comma that separates clauses, not arguments. */
function clausesOf(text) {
  const clauses = [''];
  let depth = 0;
  for (const char of text) {
    if (char === '(') depth++;
    if (char === ')') depth--;
    if (char === ',' && depth === 0) clauses.push('');
    else clauses[clauses.length - 1] += char;
  }
  return clauses.map((clause) => clause.trim());
}

const bare = (name) =>
  name
    .replaceAll('"', '')
    .replace(/^public\./i, '')
    .toLowerCase();
const fits = (test, words) => (test instanceof RegExp ? test.test(words) : test(words));

/** The tables that a statement makes. */
export function tableMadeBy(words) {
  const [, name] =
    new RegExp(`^CREATE (?:UNLOGGED |TEMP |TEMPORARY )?TABLE (?:IF NOT EXISTS )?${NAME}`, 'i').exec(words) ?? [];
  return name && bare(name);
}

/** Which rules a statement breaks. @param isNew whether the same migration made the table of that name @returns [rule, what to do] */
export function rulesBrokenBy(words, isNew) {
  const broken = ALWAYS.filter(([, test]) => fits(test, words)).map(([rule, , instead]) => [rule, instead]);
  for (const [rule, test, instead] of STATEMENTS) {
    const found = test.exec(words);
    const table = found?.slice(1).find((name) => name !== undefined);
    if (table !== undefined && !isNew(bare(table))) broken.push([rule, instead]);
  }
  const [, altered, rest] = ALTER_TABLE.exec(words) ?? [];
  if (altered === undefined || isNew(bare(altered))) return broken;
  for (const clause of clausesOf(rest))
    for (const [rule, test, instead] of CLAUSES) if (fits(test, clause)) broken.push([rule, instead]);
  return broken;
}
