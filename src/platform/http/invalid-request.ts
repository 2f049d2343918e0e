import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Problem } from './problem.js';
import { InvalidRequest } from './request.problems.js';

/** One fault of a request: where (JSON Pointer, RFC 6901, in URI fragment form) and what, never the value. */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

const STEP_LENGTH_MAX = 100;

/** A key that somebody sent may be as long as a body: its beginning is enough to find it. */
const escape = (step: string) => shorten(step).replaceAll('~', '~0').replaceAll('/', '~1');

const shorten = (step: string) =>
  step.length > STEP_LENGTH_MAX ? `${step.slice(0, STEP_LENGTH_MAX).toWellFormed()}…` : step;

/** `#/query/limit` for `['query', 'limit']`. */
export const pointerTo = (steps: readonly PropertyKey[]): string =>
  `#${steps.map((step) => `/${escape(String(step))}`).join('')}`;

const FAULTS_MAX = 50;

/** At most fifty faults are told: who sends a hundred thousand does not read them. */
export const invalidRequest = (faults: readonly Fault[]): Problem =>
  new InvalidRequest({ errors: faults.slice(0, FAULTS_MAX) });

/** What zod says beyond a Standard Schema issue: a union's issues per branch, the names of unknown keys. */
interface ZodIssue extends StandardSchemaV1.Issue {
  readonly code?: string;
  readonly keys?: readonly string[];
  readonly errors?: readonly (readonly ZodIssue[])[];
}

const steps = (issue: StandardSchemaV1.Issue): PropertyKey[] =>
  (issue.path ?? []).map((step) => (typeof step === 'object' ? step.key : step));

/** A union fails once per branch; the branch with the fewest faults is the one the caller meant. */
function flatten(issue: ZodIssue, place: readonly PropertyKey[]): Fault[] {
  const path = [...place, ...steps(issue)];
  if (issue.code === 'unrecognized_keys' && issue.keys)
    return issue.keys.map((key) => ({ pointer: pointerTo([...path, key]), detail: 'is not a field of this request' }));
  const meant = issue.errors?.toSorted((a, b) => weight(a) - weight(b))[0];
  if (issue.code === 'invalid_union' && meant) return meant.flatMap((inner) => flatten(inner, path));
  return [{ pointer: pointerTo(path), detail: inPlainWords(issue.message) }];
}

/** zod tells of a type that was received, where nothing was. */
const inPlainWords = (message: string): string =>
  message.replace(/^Invalid input: expected (.+), received undefined$/, 'is missing: expected $1');

/** A literal that differs, as `tier` does, says most clearly that another branch was meant. */
const weight = (issues: readonly ZodIssue[]) =>
  issues.reduce((sum, { code, keys }) => sum + (code === 'invalid_value' ? LITERAL_WEIGHT : (keys?.length ?? 1)), 0);
const LITERAL_WEIGHT = 100;

/** Says where a request is wrong. zod's messages name types, bounds and unknown keys, never values. */
export const faultsOf = (issues: readonly StandardSchemaV1.Issue[], place: readonly PropertyKey[] = []): Fault[] =>
  issues.flatMap((issue) => flatten(issue, place));
