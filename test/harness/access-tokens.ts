import { createECDH, createHmac, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';

const SCALAR = Buffer.alloc(32, 1);

/** The key `k1` that test instances sign their access tokens with, as a JWK: of this scalar on P-256. */
export function testJwk(scalar = SCALAR) {
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(scalar);
  const point = curve.getPublicKey();
  const [x, y] = [point.toString('base64url', 1, 33), point.toString('base64url', 33)];
  return { kty: 'EC', crv: 'P-256', x, y, d: scalar.toString('base64url') };
}

const keyOf = (scalar?: Buffer<ArrayBuffer>): KeyObject => createPrivateKey({ key: testJwk(scalar), format: 'jwk' });

/** Every way in which people write down a public key that a careless verifier might take for an HMAC secret. */
export const publicKeySpellings = (): Record<string, string | Buffer> => {
  const { d: _, ...jwk } = testJwk();
  const point = createECDH('prime256v1');
  point.setPrivateKey(SCALAR);
  const publicKey = createPublicKey(keyOf());
  const pem = String(publicKey.export({ type: 'spki', format: 'pem' }));
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return {
    JWK: JSON.stringify(jwk),
    'JWK with its kid': JSON.stringify({ ...jwk, kid: 'k1' }),
    'point in base64': point.getPublicKey('base64'),
    point: point.getPublicKey(),
    PEM: pem,
    'PEM without the last newline': pem.trimEnd(),
    DER: der,
    'DER in base64': der.toString('base64'),
  };
};

/** A segment of a token: JSON in base64url. */
export const segment = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The header of the server's own tokens. */
export const header = { alg: 'ES256', typ: 'at+jwt', kid: 'k1' };

/** The claims of an access token, unchecked. */
export const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));

/** A token like the server's own, signed with its own key, with other claims and another header where given. */
export const signedToken = (claims: object, changedHeader: object = {}, scalar?: Buffer<ArrayBuffer>): string =>
  signedSegments(segment({ ...header, ...changedHeader }), segment(claims), scalar);

/** Any two segments with a signature that fits them. */
export function signedSegments(head: string, payload: string, scalar?: Buffer<ArrayBuffer>): string {
  const signature = sign('sha256', Buffer.from(`${head}.${payload}`), {
    key: keyOf(scalar),
    dsaEncoding: 'ieee-p1363',
  });
  return `${head}.${payload}.${signature.toString('base64url')}`;
}

/** A token with a keyed hash in place of a signature. */
export function hmacToken(claims: object, secret: string | Buffer, changedHeader: { alg?: string; kid?: string } = {}) {
  const { alg = 'HS256' } = changedHeader;
  const signed = `${segment({ ...header, ...changedHeader, alg })}.${segment(claims)}`;
  return `${signed}.${createHmac(`sha${alg.slice(2)}`, secret)
    .update(signed)
    .digest('base64url')}`;
}

/** A token that says it needs no signature. */
export const unsignedToken = (claims: object, alg: unknown = 'none'): string =>
  `${segment({ ...header, alg })}.${segment(claims)}.`;
