/** A piece of a query as it is written. */
export interface Lexeme {
  readonly kind: 'word' | 'phrase' | 'field' | 'or' | 'minus' | 'open' | 'close';
  readonly text: string;
  /** UTF-16 code units from the query's beginning. */
  readonly at: number;
  /** Of a phrase: whether its closing quote is there. */
  readonly isClosed: boolean;
}

const quotes = '"“”„‟«»＂';
const space = /\s+/uy;
const field = /(tag|mood|before|after):/iuy;
const word = new RegExp(`[^\\s()（）${quotes}]+`, 'uy');
const phrase = new RegExp(`[${quotes}]([^${quotes}]*)([${quotes}]?)`, 'uy');
const kinds: Readonly<Record<string, Lexeme['kind']>> = {
  '(': 'open',
  '（': 'open',
  ')': 'close',
  '）': 'close',
};

/** The pieces of a query, in order, in one pass. Nothing is refused. */
export function lexemesOf(query: string): Lexeme[] {
  const lexemes: Lexeme[] = [];
  let at = 0;
  const matched = (shape: RegExp): RegExpExecArray | null => {
    shape.lastIndex = at;
    return shape.exec(query);
  };
  while (at < query.length) {
    at += matched(space)?.[0].length ?? 0;
    if (at >= query.length) break;
    const found = lexemeAt(query, at, matched);
    lexemes.push(found.lexeme);
    at += found.length;
  }
  return lexemes;
}

function lexemeAt(query: string, at: number, matched: (shape: RegExp) => RegExpExecArray | null) {
  const lexeme = (kind: Lexeme['kind'], text: string, length = text.length, isClosed = true) => ({
    lexeme: { kind, text, at, isClosed },
    length,
  });
  const first = query.charAt(at);
  const bracket = kinds[first];
  if (bracket) return lexeme(bracket, first);
  if (first === '-' && /^[^\s-]/u.test(query.slice(at + 1, at + 3))) return lexeme('minus', first);
  const name = matched(field);
  if (name) return lexeme('field', (name[1] ?? '').toLowerCase(), name[0].length);
  const quoted = matched(phrase);
  if (quoted) return lexeme('phrase', quoted[1] ?? '', quoted[0].length, quoted[2] !== '');
  const text = matched(word)?.[0] ?? first;
  return lexeme(/^or$/iu.test(text) ? 'or' : 'word', text);
}
