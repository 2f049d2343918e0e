import type { CompiledNode, CompiledQuery, PreparedQuery } from './compile.js';
import type { Language } from './languages.js';
import { Signer } from './signature.js';
import { tokenize } from './tokenize.js';

/** More ways to match than this are not told apart: what they have in common is asked for instead. */
export const alternativesMax = 8;

/** Stems that an entry must have, all of one of these sets, to match. Empty: nothing can match. */
type Requirement = readonly ReadonlySet<string>[];

const anything: Requirement = [new Set<string>()];

/**
 * What entries must have set in their signature: an entry of a period can match only if it has all bits of one of that
 * period's masks. No mask means that nothing matches, an empty one that anything may.
 * @param languages those that the user's entries are in: words have other stems in each
 * @param periods those that the user's entries are in
 */
export function masksFor(
  query: PreparedQuery,
  searchKey: Uint8Array,
  periods: Iterable<number>,
  languages: Iterable<Language>,
): Map<number, readonly Uint8Array[]> {
  const required = distinct([...languages].flatMap((language) => requirementOf(query.in(language), language)));
  const signer = new Signer(searchKey);
  try {
    const masks = (period: number) => weakest(required.map((stems) => signer.signatureOf(stems, period)));
    return new Map(Array.from(periods, (period) => [period, masks(period)]));
  } finally {
    signer.clear();
  }
}

/** Most words have the same stem in several languages: each set of stems is signed once. */
function distinct(requirement: Requirement): Requirement {
  return [...new Map(requirement.map((stems) => [[...stems].sort().join('\n'), stems])).values()];
}

/** Whether a signature has all bits of a mask. */
export function hasMask(signature: Uint8Array, mask: Uint8Array): boolean {
  return mask.every((byte, i) => ((signature[i] ?? 0) & byte) === byte);
}

function requirementOf(query: CompiledQuery, language: Language): Requirement {
  return query ? required(query, language) : [];
}

function required(node: CompiledNode, language: Language): Requirement {
  switch (node.kind) {
    case 'text':
      return [new Set(node.parts.flatMap((part) => ('stem' in part ? [part.stem] : [])))];
    case 'tag':
      return [new Set(tokenize(node.name, language).map(({ stem }) => stem))];
    case 'any':
      return bounded(node.of.flatMap((part) => required(part, language)));
    case 'all':
      return node.of.map((part) => required(part, language)).reduce(both);
    case 'not':
    case 'mood':
    case 'before':
    case 'from':
      return anything;
  }
}

function both(a: Requirement, b: Requirement): Requirement {
  if (a.length * b.length <= alternativesMax) return product(a, b);
  const [one, other] = [product(a, common(b)), product(common(a), b)];
  return fewestStems(one) >= fewestStems(other) ? one : other;
}

function product(a: Requirement, b: Requirement): Requirement {
  return a.flatMap((these) => b.map((those) => new Set([...these, ...those])));
}

function fewestStems(requirement: Requirement): number {
  return Math.min(...requirement.map((stems) => stems.size));
}

function bounded(requirement: Requirement): Requirement {
  return requirement.length > alternativesMax ? common(requirement) : requirement;
}

/** What all alternatives ask for: asked for alone, it lets through all that any of them does. */
function common(requirement: Requirement): Requirement {
  const [first, ...others] = requirement;
  if (!first) return requirement;
  return [new Set([...first].filter((stem) => others.every((stems) => stems.has(stem))))];
}

/** The masks without those that another one makes needless. */
function weakest(masks: readonly Uint8Array[]): Uint8Array[] {
  const kept: Uint8Array[] = [];
  for (const mask of masks) {
    if (kept.some((other) => hasMask(mask, other))) continue;
    kept.splice(0, kept.length, ...kept.filter((other) => !hasMask(other, mask)), mask);
  }
  return kept;
}
