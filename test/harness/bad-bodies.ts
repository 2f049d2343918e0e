/** Every value that a test sends where it does not belong has this in it: no answer may ever repeat it. */
export const MARKER = 'MARKERzzqx';

export const MIB = 1024 * 1024;

export interface BadBody {
  readonly what: string;
  /** As it is sent. */
  readonly body: string | Uint8Array;
  readonly status: 400 | 413 | 422;
}

const json = (value: unknown) => JSON.stringify(value);
const nested = (levels: number) => `{"x":${'['.repeat(levels - 1)}"${MARKER}"${']'.repeat(levels - 1)}}`;
/** A JSON object of exactly so many bytes. */
const ofBytes = (bytes: number) => `{"x":"${MARKER.padEnd(bytes - 8, 'x')}"}`;

/** `count` names of three characters each, all different: the most members that fit into a body. */
function* shortNames(count: number): Generator<string> {
  const letters = Array.from({ length: 94 }, (_, n) => String.fromCharCode(33 + n)).filter((c) => !'"\\'.includes(c));
  for (const a of letters)
    for (const b of letters)
      for (const c of letters)
        if (count-- > 0) yield a + b + c;
        else return;
}

/** What no operation reads, whatever its schema says. */
export const unreadable: BadBody[] = [
  { what: 'nothing at all', body: '', status: 400 },
  { what: 'white space', body: ' \n\t ', status: 400 },
  { what: 'truncated JSON', body: `{"x":"${MARKER}"`, status: 400 },
  { what: 'two values', body: `{"x":"${MARKER}"}{}`, status: 400 },
  { what: 'a trailing comma', body: `{"x":"${MARKER}",}`, status: 400 },
  { what: 'single quotes', body: `{'x':'${MARKER}'}`, status: 400 },
  { what: 'a comment', body: `{/* ${MARKER} */}`, status: 400 },
  { what: 'a form', body: `x=${MARKER}`, status: 400 },
  { what: 'a raw control character', body: `{"x":"${MARKER}\u0001"}`, status: 400 },
  { what: 'what is not UTF-8', body: Buffer.from(`{"x":"${MARKER}\xe9"}`, 'latin1'), status: 400 },
  { what: 'UTF-16', body: Buffer.from(`{"x":"${MARKER}"}`, 'utf16le'), status: 400 },
  {
    what: 'a surrogate in UTF-8',
    body: Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d]),
    status: 400,
  },
  { what: 'a key twice', body: `{"x":"${MARKER}","x":"${MARKER}"}`, status: 400 },
  { what: 'a key twice, once in escapes', body: `{"email":"${MARKER}","\\u0065mail":"${MARKER}"}`, status: 400 },
  { what: 'a key twice, deep inside', body: `{"x":[{"y":{"z":1,"z":"${MARKER}"}}]}`, status: 400 },
  { what: '33 levels', body: nested(33), status: 400 },
  { what: 'very many levels', body: '['.repeat(MIB / 2), status: 400 },
  { what: 'very many levels, all closed', body: `${'['.repeat(MIB / 2)}${']'.repeat(MIB / 2)}`, status: 400 },
];

/** What is too large for an operation that takes so many MiB, and what just is not. */
export const atTheLimit = (mebibytes: number): BadBody[] => [
  { what: `exactly ${mebibytes} MiB`, body: ofBytes(mebibytes * MIB), status: 422 },
  { what: `a byte more than ${mebibytes} MiB`, body: ofBytes(mebibytes * MIB + 1), status: 413 },
  { what: `much more than ${mebibytes} MiB`, body: ofBytes(3 * mebibytes * MIB), status: 413 },
];

/** What is JSON, but of the wrong shape for every operation. */
export const misshapen: BadBody[] = [
  { what: '32 levels', body: nested(32), status: 422 },
  { what: 'a byte order mark before an empty object', body: '\uFEFF{}', status: 422 },
  { what: 'an empty object', body: '{}', status: 422 },
  { what: 'null', body: 'null', status: 422 },
  { what: 'true', body: 'true', status: 422 },
  { what: 'a number', body: '42', status: 422 },
  { what: 'a text', body: json(MARKER), status: 422 },
  { what: 'a list', body: json([MARKER]), status: 422 },
  { what: 'an empty list', body: '[]', status: 422 },
  { what: 'a number beyond all bounds', body: '1e999', status: 422 },
  { what: 'a lone surrogate in a value', body: `{"x":"${MARKER}\\ud800"}`, status: 422 },
  { what: 'a lone surrogate in a key', body: `{"\\udc00":"${MARKER}"}`, status: 422 },
  { what: 'a NUL in a value', body: `{"x":["${MARKER}\\u0000"]}`, status: 422 },
  { what: 'a NUL in a key', body: `{"\\u0000":"${MARKER}"}`, status: 422 },
  { what: 'a prototype', body: `{"__proto__":{"isAdmin":"${MARKER}"}}`, status: 422 },
  { what: 'a prototype, deep inside', body: `{"x":[{"__proto__":"${MARKER}"}]}`, status: 422 },
  { what: 'a constructor', body: `{"constructor":{"prototype":{"x":"${MARKER}"}}}`, status: 422 },
  { what: 'as many faulty texts as fit', body: `{"x":[${'"\\u0000",'.repeat(116_000)}0]}`, status: 422 },
  {
    what: 'as many unknown fields as fit',
    body: `{${[...shortNames(131_000)].map((n) => `"${n}":0`).join()}}`,
    status: 422,
  },
];

/** Values of every type, for the places where they do not belong. */
export const values = [
  null,
  true,
  0,
  -1.5,
  MARKER,
  '',
  [],
  [MARKER],
  {},
  { x: MARKER },
  `${MARKER}'; DROP TABLE users; --`,
];
