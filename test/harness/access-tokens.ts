import { createECDH, createHmac, createPrivateKey, type KeyObject, sign } from 'node:crypto';

const SCALAR = Buffer.alloc(32, 1);

/** The key `k1` that test instances sign their access tokens with, as a JWK: of this scalar on P-256. */
function testJwk(scalar = SCALAR) {
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(scalar);
  const point = curve.getPublicKey();
  const [x, y] = [point.toString('base64url', 1, 33), point.toString('base64url', 33)];
  return { kty: 'EC', crv: 'P-256', x, y, d: scalar.toString('base64url') };
}

const keyOf = (scalar?: Buffer<ArrayBuffer>): KeyObject => createPrivateKey({ key: testJwk(scalar), format: 'jwk' });

/** Every way in which people write down a public key that a careless verifier might take for an HMAC secret. */
export const publicKeyTexts = (): string[] => {
  const { d: _, ...jwk } = testJwk();
  const point = createECDH('prime256v1');
  point.setPrivateKey(SCALAR);
  return [JSON.stringify(jwk), point.getPublicKey('base64'), spkiPem()];
};

function spkiPem(): string {
  const prefix = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');
  const point = createECDH('prime256v1');
  point.setPrivateKey(SCALAR);
  const base64 = Buffer.concat([prefix, point.getPublicKey()]).toString('base64');
  return `-----BEGIN PUBLIC KEY-----\n${base64.replaceAll(/.{64}/g, '$&\n')}\n-----END PUBLIC KEY-----\n`;
}

const segment = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

const header = { alg: 'ES256', typ: 'at+jwt', kid: 'k1' };

/** The claims of an access token, unchecked. */
export const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));

/** A token like the server's own, signed with its own key, with other claims and another header where given. */
export function signedToken(claims: object, changedHeader: object = {}, scalar?: Buffer<ArrayBuffer>): string {
  const signed = `${segment({ ...header, ...changedHeader })}.${segment(claims)}`;
  const signature = sign('sha256', Buffer.from(signed), { key: keyOf(scalar), dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

/** A token with a keyed hash in place of a signature. */
export function hmacToken(claims: object, secret: string): string {
  const signed = `${segment({ ...header, alg: 'HS256' })}.${segment(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

/** A token that says it needs no signature. */
export const unsignedToken = (claims: object): string => `${segment({ ...header, alg: 'none' })}.${segment(claims)}.`;
