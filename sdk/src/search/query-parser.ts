import { foldName } from './folding.js';
import { NormalText } from './normalize.js';
import { type FilterTerm, type Query, queryBounds, type QueryFault, type QueryNode } from './query.js';
import { type Lexeme, lexemesOf } from './query-lexer.js';

/**
 * Reads a query in the language of docs/search.md. Never throws: what cannot be read is left out and told in `faults`.
 * @param text as a person typed it; what is beyond 1,000 characters or 32 terms is left out
 */
export function parseQuery(text: string): { readonly query: Query; readonly faults: readonly QueryFault[] } {
  const parser = new Parser(text);
  const query = parser.parse();
  return { query, faults: parser.faults };
}

class Parser {
  readonly faults: QueryFault[] = [];
  private readonly lexemes: readonly Lexeme[];
  private next = 0;
  private terms = 0;

  constructor(text: string) {
    if (text.length > queryBounds.charactersMax) {
      this.fault(queryBounds.charactersMax, `a query has at most ${queryBounds.charactersMax} characters`);
    }
    this.lexemes = lexemesOf(text.slice(0, queryBounds.charactersMax));
  }

  parse(): Query {
    const found: QueryNode[] = [];
    while (this.peek()) {
      const part = this.all(0);
      if (part) found.push(part);
      const stray = this.peek();
      if (stray) this.fault(stray.at, 'this bracket closes nothing');
      this.next++;
    }
    return joined('all', found);
  }

  /** Everything up to a closing bracket. */
  private all(depth: number): Query {
    const found: QueryNode[] = [];
    for (let lexeme = this.peek(); lexeme && lexeme.kind !== 'close'; lexeme = this.peek()) {
      const part = this.any(depth);
      if (part) found.push(part);
    }
    return joined('all', found);
  }

  /** One part, or several with `or` between them: `or` binds closer than the space. */
  private any(depth: number): Query {
    const found: QueryNode[] = [];
    const begin = this.peek();
    if (begin?.kind !== 'or') collect(found, this.one(depth));
    for (let or = this.peek(); or?.kind === 'or'; or = this.peek()) {
      this.next++;
      const after = this.peek();
      if (or === begin || !after || after.kind === 'close') this.fault(or.at, '"or" needs something on both sides');
      if (after && after.kind !== 'close' && after.kind !== 'or') collect(found, this.one(depth));
    }
    return joined('any', found);
  }

  private one(depth: number): Query {
    const lexeme = this.peek();
    if (!lexeme) return null;
    this.next++;
    switch (lexeme.kind) {
      case 'minus': {
        const of = this.one(depth);
        return of ? { kind: 'not', of } : null;
      }
      case 'open':
        return this.bracket(lexeme, depth);
      case 'field':
        return this.filter(lexeme);
      case 'phrase':
        if (!lexeme.isClosed) this.fault(lexeme.at, 'this quotation has no end');
        return this.words(lexeme);
      case 'word':
      case 'or':
      case 'close':
        return this.words(lexeme);
    }
  }

  private bracket({ at }: Lexeme, depth: number): Query {
    if (depth === queryBounds.depthMax) {
      this.fault(at, `brackets are at most ${queryBounds.depthMax} deep`);
      return null;
    }
    const inside = this.all(depth + 1);
    if (this.peek()) this.next++;
    else this.fault(at, 'this bracket is not closed');
    return inside;
  }

  private words({ text, at }: Lexeme): Query {
    const { text: normal } = NormalText.of(text);
    if (!/[\p{L}\p{N}]/u.test(normal)) {
      this.fault(at, 'there is no letter and no digit to look for', true);
      return null;
    }
    return this.term(at, { kind: 'text', text, isPrefix: /[\p{L}\p{N}\p{M}]\*+$/u.test(normal.trimEnd()) });
  }

  private filter({ text: name, at }: Lexeme): Query {
    const value = this.peek();
    if (!value || (value.kind !== 'word' && value.kind !== 'phrase' && value.kind !== 'or')) {
      this.fault(at, `"${name}:" needs a value behind it`);
      return null;
    }
    this.next++;
    if (!value.isClosed) this.fault(value.at, 'this quotation has no end');
    if (name === 'tag' || name === 'mood') {
      const folded = foldName(value.text);
      if (folded !== '') return this.term(at, { kind: name, name: folded });
      this.fault(at, `"${name}:" needs a value behind it`);
      return null;
    }
    const day = firstDay(value.text, name === 'after');
    if (day !== null) return this.term(at, { kind: name === 'after' ? 'from' : 'before', day });
    this.fault(value.at, 'a date is a year, a month or a day: 2026, 2026-03 or 2026-03-01');
    return null;
  }

  private term(at: number, term: QueryNode | FilterTerm): Query {
    this.terms++;
    if (this.terms <= queryBounds.termsMax) return term;
    if (this.terms === queryBounds.termsMax + 1) {
      this.fault(at, `a query has at most ${queryBounds.termsMax} words, phrases and filters`);
    }
    return null;
  }

  private peek(): Lexeme | undefined {
    return this.lexemes[this.next];
  }

  private fault(at: number, message: string, isHarmless = false): void {
    this.faults.push({ at, message, isHarmless });
  }
}

function collect(nodes: QueryNode[], node: Query): void {
  if (node) nodes.push(node);
}

function joined(kind: 'all' | 'any', of: readonly QueryNode[]): Query {
  const [first] = of;
  if (first === undefined) return null;
  return of.length === 1 ? first : { kind, of };
}

/** The first day of a year, month or day, or of the one that follows it; null when it names no such thing. */
function firstDay(text: string, isNext: boolean): string | null {
  const [, year, month = '01', day = '01'] = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/.exec(text) ?? [];
  if (year === undefined) return null;
  const named = `${year}-${month}-${day}`;
  const date = new Date(`${named}T00:00:00Z`);
  if (Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== named) return null;
  if (!isNext) return named;
  if (text.length === 4) date.setUTCFullYear(Number(year) + 1);
  else if (text.length === 7) date.setUTCMonth(Number(month));
  else date.setUTCDate(Number(day) + 1);
  const next = date.toISOString();
  // Behind the last year there is no day: a text that is later than all of them.
  return next.startsWith('+') ? '9999-12-32' : next.slice(0, 10);
}
