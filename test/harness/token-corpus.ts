import { createId } from '@daybook/sdk/crypto';
import {
  header,
  hmacToken,
  publicKeySpellings,
  segment,
  signedSegments,
  signedToken,
  unsignedToken,
} from './access-tokens.js';

/** What is wrong with a token, and the token. */
export type Faults = Record<string, string>;

/** What the corpus is made from: tokens are the server's own, but for one fault each. */
export interface Genuine {
  readonly token: string;
  readonly claims: Record<string, unknown>;
  /** The id of somebody else. */
  readonly otherId: string;
}

const MINUTE_S = 60;
const nowSeconds = () => Math.floor(Date.now() / 1000);
/** The private key of somebody who is not the server. */
export const ATTACKER = Buffer.alloc(32, 9);

const faults = <T>(what: string, values: readonly T[], make: (value: T) => string): Faults =>
  Object.fromEntries(values.map((value) => [`${what} ${JSON.stringify(value) ?? 'missing'}`, make(value)]));

const without = (claims: Record<string, unknown>, name: string) =>
  Object.fromEntries(Object.entries(claims).filter(([claim]) => claim !== name));

/** Algorithms that are not the server's: RFC 8725, sections 2.1 and 3.1. */
export const algorithms = ({ claims }: Genuine): Faults => {
  const nones = ['none', 'None', 'NONE', 'nOnE', 'none ', '', null];
  const others = ['es256', 'ES256 ', 'ES256K', 'ES384', 'ES512', 'EdDSA', 'RS256', 'PS256', 'HS256', 'dir', ['ES256']];
  const hashed = Object.entries(publicKeySpellings()).flatMap(([spelling, secret]) =>
    ['HS256', 'HS384', 'HS512'].map((alg) => [
      `${alg} with the public key as ${spelling}`,
      hmacToken(claims, secret, { alg }),
    ]),
  );
  return {
    ...faults('unsigned, alg', nones, (alg) => unsignedToken(claims, alg)),
    ...faults('signed, alg', [...nones, ...others, undefined], (alg) => signedToken(claims, { alg })),
    ...Object.fromEntries(hashed),
  };
};

/** Names of keys that lead elsewhere: to files, into queries, to prototypes, to nothing. */
export const keyIds = ({ claims }: Genuine, url: string): Faults => {
  const paths = ['../../../../../../dev/null', '/dev/null', 'file:///dev/null', 'k1\0', 'k1\0.pem', url];
  const texts = [
    "k1' OR '1'='1",
    "x' UNION SELECT 'AA'; --",
    '$(id)',
    '__proto__',
    'constructor',
    '0',
    'k2',
    ' k1',
    'K1',
  ];
  const others = ['', 'k'.repeat(1000), undefined, null, 0, true, ['k1'], { id: 'k1' }];
  return {
    ...faults('signed, kid', [...paths, ...texts, ...others], (kid) => signedToken(claims, { kid })),
    ...faults('signed by another key, kid', [...paths, ...texts, 'k1'], (kid) =>
      signedToken(claims, { kid }, ATTACKER),
    ),
    ...faults('keyed with nothing, kid', paths, (kid) => hmacToken(claims, '', { kid })),
    ...faults('keyed with the kid itself, kid', paths, (kid) => hmacToken(claims, kid, { kid })),
  };
};

/** Headers that bring a key, say where one is, or ask for something else: RFC 7515, section 4.1. */
export const headers = ({ claims }: Genuine, url: string, jwk: object): Faults => {
  const https = url.replace('http:', 'https:');
  const members: Record<string, unknown>[] = [
    ...[url, https, 'http://keys.example.invalid/', 'file:///etc/passwd'].flatMap((jku) => [{ jku }, { x5u: jku }]),
    { jwk },
    { jwk: { ...jwk, kid: 'k1' }, jku: url },
    { x5c: [Buffer.from('a certificate').toString('base64')] },
    { x5t: 'AAAA' },
    ...[['exp'], ['b64'], [], 'exp', null].map((crit) => ({ crit })),
    { b64: false, crit: ['b64'] },
    { zip: 'DEF' },
    { cty: 'JWT' },
    { enc: 'A256GCM' },
    { iss: claims['iss'] },
    { x: '' },
  ];
  const types = ['JWT', 'jwt', 'AT+JWT', 'at+JWT', 'application/at+jwt', 'at+jwt ', 'rt+jwt', 'id_token', '', null];
  return {
    ...faults('signed, with', members, (member) => signedToken(claims, member)),
    ...faults('signed by the key it brings, with', members, (member) => signedToken(claims, member, ATTACKER)),
    ...faults('typ', [...types, undefined, ['at+jwt']], (typ) => signedToken(claims, { typ })),
  };
};

/** Claims that are not those of a signed-in user of this server: RFC 9068, section 4. */
export const claimed = ({ claims, otherId }: Genuine): Faults => {
  const changed = (name: string, values: readonly unknown[]) =>
    faults(name, values, (value) =>
      signedToken(value === undefined ? without(claims, name) : { ...claims, [name]: value }),
    );
  const ago = nowSeconds() - MINUTE_S;
  const ids = [undefined, null, '', 'x', [], {}, `${String(claims['sub'])}' OR '1'='1`];
  return {
    ...changed('exp', [
      ago,
      nowSeconds(),
      0,
      -1,
      1.5,
      'never',
      String(nowSeconds() + MINUTE_S),
      null,
      undefined,
      [],
      1e300,
    ]),
    ...changed('nbf', [nowSeconds() + MINUTE_S, 'soon']),
    ...changed('aud', [
      'nightbook',
      'Daybook',
      'daybook ',
      '',
      null,
      undefined,
      [],
      ['nightbook'],
      { daybook: 'daybook' },
    ]),
    ...changed('iss', ['https://example.org', `${String(claims['iss'])}/`, '', null, undefined, [claims['iss']]]),
    ...changed('sub', [...ids, otherId, createId(), [claims['sub']]]),
    ...changed('sid', [...ids, createId()]),
    ...changed('jti', ids),
    ...changed('key', ['', 'AAAA', null, 0, 'A'.repeat(44), `${'A'.repeat(42)}=`, [claims['key']]]),
    'no claims': signedToken({}),
  };
};

/** The order of P-256 (SP 800-186, section 3.2.1.3). */
const ORDER = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551';

/** Signatures that are none: cut, in another form, or of numbers that no signature has (SEC 1, section 4.1.4). */
export const signatures = ({ token }: Genuine): Faults => {
  const [head = '', payload = '', signature = ''] = token.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  const [r, s] = [bytes.subarray(0, 32), bytes.subarray(32)];
  const n = BigInt(`0x${ORDER}`);
  const number = (value: bigint) => Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
  const numbers = Object.entries({ zero: 0n, one: 1n, 'n − 1': n - 1n, n, 'n + 1': n + 1n, most: 2n ** 256n - 1n });
  const signedWith = (...parts: Uint8Array[]) => `${head}.${payload}.${Buffer.concat(parts).toString('base64url')}`;
  const pairs = numbers.flatMap(([rName, rNumber]) =>
    numbers.map(([sName, sNumber]) => [`r is ${rName}, s is ${sName}`, signedWith(number(rNumber), number(sNumber))]),
  );
  const halves = numbers.flatMap(([name, value]) => [
    [`r is ${name}`, signedWith(number(value), s)],
    [`s is ${name}`, signedWith(r, number(value))],
  ]);
  const lengths = [0, 1, 31, 32, 33, 62, 63].map((length) => [
    `${length} bytes of the signature`,
    signedWith(bytes.subarray(0, length)),
  ]);
  return {
    ...Object.fromEntries([...pairs, ...halves, ...lengths]),
    'a byte more': signedWith(bytes, Buffer.alloc(1)),
    'a zero before each number': signedWith(Buffer.alloc(1), r, Buffer.alloc(1), s),
    'r and s the other way round': signedWith(s, r),
    'r increased by n': signedWith(
      Buffer.from((BigInt(`0x${r.toString('hex')}`) + n).toString(16).padStart(66, '0'), 'hex'),
      s,
    ),
    'in DER': signedWith(inDer(r, s)),
    'a bit changed': signedWith(Buffer.from([(bytes[0] ?? 0) ^ 1]), bytes.subarray(1)),
    'four kilobytes': signedWith(Buffer.alloc(4096, 1)),
  };
};

/** A signature as X.509 writes it: a sequence of two integers. */
function inDer(...numbers: Buffer[]): Buffer {
  const integers = numbers.map((number) => {
    const positive = (number[0] ?? 0) < 0x80 ? number : Buffer.concat([Buffer.alloc(1), number]);
    return Buffer.concat([Buffer.from([0x02, positive.length]), positive]);
  });
  const body = Buffer.concat(integers);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

/** Texts that are not what the server wrote, though some read like it: other spellings, other forms, rubbish. */
export const spellings = ({ token, claims }: Genuine): Faults => {
  const [head = '', payload = '', signature = ''] = token.split('.');
  const raw = (value: string | Uint8Array) => Buffer.from(value).toString('base64url');
  const [h, c] = [JSON.stringify(header), JSON.stringify(claims)];
  const parts = { payload, signatures: [{ protected: head, signature }] };
  return {
    'a payload that was changed': `${head}.${segment({ ...claims, exp: 1e10 })}.${signature}`,
    'a header that was changed': `${segment({ ...header, kid: 'k2' })}.${payload}.${signature}`,
    ...faults('parts', [1, 2, 4, 5], (count) => [head, payload, signature, 'AAAA', 'AAAA'].slice(0, count).join('.')),
    'an empty part before': `.${token}`,
    'an empty part behind': `${token}.`,
    'no header': `.${payload}.${signature}`,
    'no payload': `${head}..${signature}`,
    dots: '..',
    'JSON serialization': JSON.stringify(parts),
    'flattened JSON serialization': JSON.stringify({ protected: head, payload, signature }),
    'a token in a token': signedSegments(segment({ ...header, cty: 'JWT' }), raw(token)),
    'a token as payload': signedSegments(head, raw(token)),
    'a text as payload': signedSegments(head, raw(JSON.stringify(token))),
    'a list as payload': signedSegments(head, raw(`[${c}]`)),
    'null as payload': signedSegments(head, raw('null')),
    'a list as header': signedSegments(raw(`[${h}]`), payload),
    'a claim twice': signedSegments(head, raw(c.replace('{', '{"sub":"somebody",'))),
    'a claim twice, once in escapes': signedSegments(head, raw(c.replace('{', String.raw`{"\u0073ub":"somebody",`))),
    'a header twice': signedSegments(raw(h.replace('{', '{"alg":"none",')), payload),
    'a prototype in the claims': signedSegments(head, raw(c.replace('{', '{"__proto__":{"sub":"somebody"},'))),
    'invalid UTF-8 in the payload': signedSegments(head, raw(Buffer.from(c.replace('{', '{"x":"\xff",'), 'latin1'))),
    'invalid UTF-8 in the header': signedSegments(raw(Buffer.from(h.replace('k1', 'k1\xff'), 'latin1')), payload),
    'a payload that is not JSON': signedSegments(head, raw('{')),
    'a byte order mark': signedSegments(raw(`\uFEFF${h}`), payload),
    'an encrypted token': `${segment({ alg: 'dir', enc: 'A256GCM' })}..AAAA.AAAA.AAAA`,
    'a refresh token in three parts': 'dbr_.dbr_.dbr_',
    'larger than any, within the headers': `${head}.${'A'.repeat(12_000)}.${signature}`,
    ...faults('in other characters', ['+', '/', '=', '==', '%3D', '%20', '*', '"', ',', ';', '~'], (char) =>
      [head, payload, signature + char].join('.'),
    ),
    ...faults(
      'with inside',
      ['=', ' ', '\t', '+', '/', '%2E', '%00'],
      (char) => `${head}${char}.${payload}.${signature}`,
    ),
    ...faults('with inside the payload', ['=', ' ', '+', '\t'], (char) => `${head}.${payload}${char}.${signature}`),
    ...faults('signed, with inside the payload', ['=', '==', '+', '*'], (char) => signedSegments(head, payload + char)),
    'spare bits in the signature': `${head}.${payload}.${withSpareBits(signature)}`,
    'spare bits in the payload': signedSegments(head, withSpareBits(raw(leavingSpareBits(c)))),
    'spare bits in the header': signedSegments(withSpareBits(raw(leavingSpareBits(h))), payload),
  };
};

/** The same JSON, with spaces behind it until its base64url has unused bits. */
export const leavingSpareBits = (json: string): string => json.padEnd(json.length + ((4 - (json.length % 3)) % 3));

/** The same bytes in another spelling, for what ends in two characters or three: the unused bits of the last are set. */
function withSpareBits(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  if (text.length % 4 === 0) throw new Error('no bits to spare');
  return text.slice(0, -1) + alphabet.charAt(alphabet.indexOf(text.slice(-1)) + 1);
}
