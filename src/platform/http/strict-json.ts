import { type Fault, invalidRequest, pointerTo } from './invalid-request.js';
import { MalformedRequest } from './request.problems.js';

const DEPTH_MAX = 32;
/** The first few are enough to say so. */
const FAULTS_MAX = 50;
const utf8 = new TextDecoder('utf-8', { fatal: true });

const malformed = (detail: string, cause?: unknown) => new MalformedRequest({ detail }, { cause });

/**
 * Reads a JSON body as I-JSON (RFC 7493) asks: UTF-8, no key twice in an object, no ill-formed Unicode; and, because every
 * string may meet PostgreSQL or a signature later, no NUL. At most 32 levels deep. Never `__proto__`.
 */
export function parseStrictJson(body: Uint8Array): unknown {
  const text = decode(body);
  const value = parse(text);
  checkStructure(text);
  const faults = faultyStrings(value, []).take(FAULTS_MAX).toArray();
  if (faults.length > 0) throw invalidRequest(faults);
  return value;
}

function decode(body: Uint8Array): string {
  try {
    return utf8.decode(body);
  } catch {
    throw malformed('The body is not UTF-8.');
  }
}

/** V8's own message quotes the text, so only the fact is passed on. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed('The body is not JSON.');
  }
}

/** Walks text that is known to be JSON, for what `JSON.parse` hides: keys given twice, and depth. */
function checkStructure(text: string): void {
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '{' || char === '[') {
      open.push(char === '{' ? new Set() : null);
      if (open.length > DEPTH_MAX) throw malformed(`The body is nested more than ${DEPTH_MAX} levels deep.`);
    } else if (char === '}' || char === ']') {
      open.pop();
    } else if (char === '"') {
      const end = endOfString(text, at);
      noteKey(open.at(-1), text, at, end);
      at = end;
    }
  }
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}

/** In valid JSON a string is a key exactly where a colon follows it. */
function isKey(text: string, end: number): boolean {
  let at = end + 1;
  while (' \t\n\r'.includes(text[at] ?? '-')) at++;
  return text[at] === ':';
}

function noteKey(keys: Set<string> | null | undefined, text: string, start: number, end: number): void {
  if (!keys || !isKey(text, end)) return;
  const key: unknown = JSON.parse(text.slice(start, end + 1));
  if (typeof key !== 'string') return;
  if (keys.has(key)) throw malformed('An object in the body has the same key twice.');
  keys.add(key);
}

function* faultyStrings(value: unknown, path: readonly PropertyKey[]): Generator<Fault> {
  if (typeof value === 'string') {
    const detail = faultOf(value);
    if (detail) yield { pointer: pointerTo(path), detail };
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* faultyStrings(item, [...path, index]);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) yield* faultyMember(key, item, path);
  }
}

function* faultyMember(key: string, item: unknown, path: readonly PropertyKey[]): Generator<Fault> {
  if (key === '__proto__') yield { pointer: pointerTo([...path, key]), detail: 'is not a field of this request' };
  else if (faultOf(key)) yield { pointer: pointerTo(path), detail: 'has a key that is not well-formed text' };
  else yield* faultyStrings(item, [...path, key]);
}

function faultOf(text: string): string | undefined {
  if (!text.isWellFormed()) return 'has a lone surrogate, which is not Unicode text';
  return text.includes('\0') ? 'has a NUL character' : undefined;
}
