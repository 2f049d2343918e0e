import type { Language } from './languages.js';
import type { FilterTerm, Query, QueryNode } from './query.js';
import { wordsOf } from './tokenize.js';

/** One word of a term: how many words behind the first, and which stem, or how its form begins. */
export type TermPart =
  { readonly offset: number; readonly stem: string } | { readonly offset: number; readonly prefix: string };

/** Words in a language: one, or several that stand at these distances. */
export interface CompiledText {
  readonly kind: 'text';
  /** At least one; the first has offset 0. */
  readonly parts: readonly TermPart[];
  /** The number of the term in its query, the same in every language. */
  readonly leaf: number;
}

/** A query's node in one language, without what says nothing there. */
export type CompiledNode =
  | CompiledText
  | FilterTerm
  | { readonly kind: 'not'; readonly of: CompiledNode }
  | { readonly kind: 'all' | 'any'; readonly of: readonly CompiledNode[] };

/** A query in one language; null matches no entry of that language. */
export type CompiledQuery = CompiledNode | null;

/** A query that is compiled once for every language it meets. */
export class PreparedQuery {
  private readonly query: Query;
  private readonly byLanguage = new Map<Language, CompiledQuery>();

  /** @param query what `parseQuery` answered */
  constructor(query: Query) {
    this.query = query;
  }

  /** The query as it is asked of entries in `language`. */
  in(language: Language): CompiledQuery {
    let compiled = this.byLanguage.get(language);
    if (compiled === undefined) this.byLanguage.set(language, (compiled = compile(this.query, language)));
    return compiled;
  }
}

/**
 * A query in one language: words become stems. A term of stop words alone is left out, and so are `not`, `all` and `any`
 * that have nothing left.
 */
export function compile(query: Query, language: Language): CompiledQuery {
  let leaf = 0;
  const visit = (node: QueryNode): CompiledQuery => {
    switch (node.kind) {
      case 'text':
        return compileText(node.text, node.isPrefix, language, leaf++);
      case 'not': {
        const of = visit(node.of);
        return of && { kind: 'not', of };
      }
      case 'all':
      case 'any': {
        const of = node.of.map(visit).filter((part) => part !== null);
        const [first] = of;
        return of.length > 1 ? { kind: node.kind, of } : (first ?? null);
      }
      case 'tag':
      case 'mood':
      case 'before':
      case 'from':
        return node;
    }
  };
  return query && visit(query);
}

function compileText(text: string, isPrefix: boolean, language: Language, leaf: number): CompiledText | null {
  const words = wordsOf(text, language);
  const last = words.length - 1;
  const parts: TermPart[] = [];
  for (const { stem, form, position: offset } of words) {
    if (isPrefix && offset === last) parts.push({ offset, prefix: form });
    else if (stem !== null) parts.push({ offset, stem });
  }
  const [first] = parts;
  if (!first) return null;
  return { kind: 'text', parts: parts.map((part) => ({ ...part, offset: part.offset - first.offset })), leaf };
}
