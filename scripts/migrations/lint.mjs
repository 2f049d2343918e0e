import { rulesBrokenBy, tableMadeBy } from './rules.mjs';
import { statementsOf } from './statements.mjs';

/** What the `up` of a migration asks the database, statement by statement. It is not run: whatever it reads is empty. */
export async function sqlOf(migration) {
  const asked = [];
  const runner = {
    query: async (sql) => {
      asked.push(sql);
      return [];
    },
  };
  const strict = new Proxy(runner, {
    get(target, name) {
      if (name === 'query') return target.query;
      throw new Error(
        `${migration.constructor.name} calls ${String(name)}(): write its SQL by hand, for it to be looked at`,
      );
    },
  });
  await migration.up(strict);
  return asked.join('\n;\n');
}

/**
 * What of a migration would hurt a server at work, or the release before.
 * @param sql all that its `up` runs, @param isInTransaction false where the migration says `transaction = false`
 * @returns one sentence for each fault
 */
export function lint(sql, isInTransaction = true) {
  const faults = [];
  const made = new Set();
  const unvalidated = [];
  for (const { words, allowed } of flat(statementsOf(sql))) {
    const table = tableMadeBy(words);
    if (table) made.add(table);
    const broken = rulesBrokenBy(words, (name) => made.has(name));
    if (/\bCONCURRENTLY\b/i.test(words) && isInTransaction)
      broken.push(['transaction', 'CONCURRENTLY needs `transaction = false` in the migration']);
    if (/\bVALIDATE CONSTRAINT\b/i.test(words) && unvalidated.length > 0 && isInTransaction)
      broken.push([
        'validated-at-once',
        'the lock of ADD CONSTRAINT is held until the end: validate it in a later migration',
      ]);
    if (/\bNOT VALID\b/i.test(words)) unvalidated.push(words);
    for (const [rule, instead] of broken)
      if (!allowed.includes(rule)) faults.push(`${rule}: ${shortened(words)} — ${instead}`);
  }
  return faults;
}

/** Statements, and those that a DO block runs, which may stand in its texts (EXECUTE). Functions run later, if ever. */
const flat = (statements) =>
  statements.flatMap((statement) => {
    if (!/^DO\b/i.test(statement.words)) return [statement];
    const inside = statement.bodies.flatMap((body) => {
      const steps = statementsOf(body).map((step) => ({ ...step, words: step.words.replace(STEP_BEFORE, '') }));
      return steps.flatMap((step) => [
        step,
        ...step.texts.flatMap(statementsOf).map((one) => ({ ...one, allowed: step.allowed })),
      ]);
    });
    return inside.map((step) => ({ ...step, allowed: [...statement.allowed, ...step.allowed] }));
  });

/** What may stand before a statement inside of a block. */
const STEP_BEFORE = /^(?:.*\b(?:BEGIN|THEN|ELSE|LOOP) )/i;

const shortened = (words) => (words.length > 100 ? `${words.slice(0, 97)}…` : words);
