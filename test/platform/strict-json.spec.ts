import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Problem } from '../../src/platform/http/problem.js';
import { parseStrictJson } from '../../src/platform/http/strict-json.js';

const DEPTH_MAX = 32;
const encode = (text: string) => new TextEncoder().encode(text);
const parse = (text: string) => parseStrictJson(encode(text));

/** The status of the refusal; 200 when there is none. */
function statusOf(text: string): number {
  try {
    parse(text);
    return 200;
  } catch (error) {
    if (error instanceof Problem) return error.status;
    throw error;
  }
}

// Everything that JSON can say, but for what is refused by rule: NUL, and the name that is a prototype elsewhere.
const awkward = fc.string({ unit: fc.constantFrom('\\', '"', ':', ',', '{', '}', '[', ']', ' ', 'a') });
const text = fc.oneof(awkward, fc.string({ unit: 'binary' })).map((any) => any.replaceAll('\0', '0'));
const key = text.filter((name) => name !== '__proto__');
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 8 },
    fc.constantFrom(null, true, false),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    text,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 5 }).map((members) => Object.fromEntries(members)),
  ),
}));
const spaces = fc.array(fc.constantFrom(' ', '\t', '\n', '\r'), { maxLength: 3 }).map((all) => all.join(''));

/** Every character of `name` as an escape. */
const escaped = (name: string) =>
  `"${name.replaceAll(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`;

const nested = (levels: number, open: string, close: string) => `${open.repeat(levels)}0${close.repeat(levels)}`;

describe('strict JSON', () => {
  it('reads whatever JSON.parse reads, the same way', () => {
    fc.assert(
      fc.property(value, spaces, fc.constantFrom(0, 1, '\t'), (any, space, indent) => {
        const sent = `${space}${JSON.stringify(any, null, indent)}${space}`;
        expect(parse(sent)).toEqual(JSON.parse(sent));
      }),
    );
  });

  it('reads what is written in escapes', () => {
    fc.assert(
      fc.property(key, text, (name, said) => {
        expect(parse(`{${escaped(name)}:${escaped(said)}}`)).toEqual({ [name]: said });
      }),
    );
  });

  it('finds a key that is there twice, wherever, however it is spelled and whatever stands between', () => {
    const spelling = fc.constantFrom(JSON.stringify, escaped);
    fc.assert(
      fc.property(key, value, value, spelling, spelling, spaces, fc.nat(20), (name, one, other, a, b, space, depth) => {
        const members = `${a(name)}${space}:${JSON.stringify(one)},${space}${b(name)}${space}:${JSON.stringify(other)}`;
        const object = `{"0\\"\\\\":[{}],${members}}`;
        expect(statusOf(`${'['.repeat(depth)}${object}${']'.repeat(depth)}`)).toBe(400);
      }),
    );
  });

  it('does not take a value, or a key of another object, for a key that is there twice', () => {
    fc.assert(
      fc.property(key, (name) => {
        const k = JSON.stringify(name);
        const sent = `[{${k}:${k}},{${k}:{${k}:[${k},${k}]}},${k},${k}]`;
        expect(parse(sent)).toEqual(JSON.parse(sent));
      }),
    );
  });

  it('finds a lone surrogate and a NUL, in a key and in a value', () => {
    const lone = fc.oneof(fc.integer({ min: 0xd800, max: 0xdfff }), fc.constant(0));
    fc.assert(
      fc.property(
        lone,
        key.filter((k) => k !== ''),
        fc.boolean(),
        fc.nat(20),
        (unit, name, isKey, depth) => {
          const faulty = `"x\\u${unit.toString(16).padStart(4, '0')}x"`;
          const object = isKey ? `{${faulty}:1}` : `{${JSON.stringify(name)}:${faulty}}`;
          expect(statusOf(`${'['.repeat(depth)}${object}${']'.repeat(depth)}`)).toBe(422);
        },
      ),
    );
  });

  it('reads 32 levels and refuses 33, of lists and of objects', () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      expect(statusOf(nested(DEPTH_MAX, open, close))).toBe(200);
      expect(statusOf(nested(DEPTH_MAX + 1, open, close))).toBe(400);
    }
    expect(statusOf(`[${'[[]],'.repeat(1000)}"${'['.repeat(100)}"]`)).toBe(200);
  });

  it('refuses everything else with a problem, never with another error', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'{}[]":,\\0 e-u') })),
        (any) => {
          expect([200, 400, 422]).toContain(statusOf(any));
        },
      ),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
        try {
          parseStrictJson(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(Problem);
        }
      }),
    );
  });

  it('never says what was sent', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('{"MARKER":"MARKER"', '{"x":"MARKER","x":1}', '{"x":["MARKER\\u0000"]}', 'MARKER'),
        (sent) => {
          try {
            parse(sent);
          } catch (error) {
            expect(error).toBeInstanceOf(Problem);
            if (error instanceof Problem)
              expect(JSON.stringify([error.message, error.details])).not.toContain('MARKER');
          }
        },
      ),
    );
  });

  // Were it the square of the length, as with a regular expression that tracks back, this would not end in an hour.
  it('takes its time by the length of the text alone', () => {
    for (const evil of [
      `["${'\\\\'.repeat(500_000)}"]`,
      `["${'\\"'.repeat(500_000)}"]`,
      `[""${' '.repeat(1_000_000)}]`,
    ])
      expect(statusOf(evil)).toBe(200);
  });
});
