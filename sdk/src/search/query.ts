/** Limits of a query: characters are UTF-16 code units, terms are words, phrases and filters. */
export const queryBounds = { charactersMax: 1000, termsMax: 32, depthMax: 8 } as const;

/** Words that are looked for as they stand: one word or a phrase. What they are stems of depends on the entry's language. */
export interface TextTerm {
  readonly kind: 'text';
  readonly text: string;
  /** Whether the last word may go on. */
  readonly isPrefix: boolean;
}

/** A filter; names are folded, days are of the form `YYYY-MM-DD`. */
export type FilterTerm =
  | { readonly kind: 'tag' | 'mood'; readonly name: string }
  /** Entries of the days before `day`. */
  | { readonly kind: 'before'; readonly day: string }
  /** Entries of `day` and later. */
  | { readonly kind: 'from'; readonly day: string };

/** One node of a parsed query. */
export type QueryNode =
  | TextTerm
  | FilterTerm
  | { readonly kind: 'not'; readonly of: QueryNode }
  | { readonly kind: 'all' | 'any'; readonly of: readonly QueryNode[] };

/** A parsed query; null when nothing is asked for. */
export type Query = QueryNode | null;

/** What is not right about a query, and where: UTF-16 code units from its beginning. */
export interface QueryFault {
  readonly at: number;
  readonly message: string;
  /** True where nothing is lost: a sign, like & or an emoji, that could not be looked for anyway. */
  readonly isHarmless: boolean;
}
