import { createECDH, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import type { Secret } from '../config/secret.js';

export interface NamedKey {
  readonly id: string;
  readonly key: Uint8Array;
}

/** Several keys of one purpose: the first for what is made now, all for what was made before. */
export class Keyring {
  readonly current: NamedKey;
  readonly oldest: NamedKey;
  private readonly byId: ReadonlyMap<string, NamedKey>;

  constructor(keys: readonly { id: string; key: Secret<Buffer> }[]) {
    const revealed = keys.map(({ id, key }) => ({ id, key: key.reveal() }));
    const [first] = revealed;
    if (!first) throw new Error('a keyring needs a key');
    this.current = first;
    this.oldest = revealed.at(-1) ?? first;
    this.byId = new Map(revealed.map((named) => [named.id, named]));
  }

  get all(): readonly NamedKey[] {
    return [...this.byId.values()];
  }

  has(id: string): boolean {
    return this.byId.has(id);
  }

  /** The key named `id`. A missing one is a fault of the configuration, not of the caller. */
  get(id: string): NamedKey {
    const found = this.byId.get(id);
    if (!found) throw new Error(`the key ${id} is in use, but not configured`);
    return found;
  }
}

export interface SigningKey {
  readonly id: string;
  readonly privateKey: KeyObject;
  /** SPKI, PEM. */
  readonly publicKey: string;
}

/** The operator's secrets, by purpose. */
@Injectable()
export class Secrets {
  readonly passwordPeppers: Keyring;
  readonly sessionPeppers: Keyring;
  /** For what jobs need while a user is away; null where nothing does. */
  readonly serverKeys: Keyring | null;
  /** P-256, for ES256 (RFC 7518, section 3.4); the first signs, all verify. */
  readonly tokenKeys: readonly [SigningKey, ...SigningKey[]];

  constructor({ values }: Config) {
    this.passwordPeppers = new Keyring(values.PASSWORD_PEPPERS);
    this.sessionPeppers = new Keyring(values.SESSION_PEPPERS);
    this.serverKeys = values.SERVER_KEYS ? new Keyring(values.SERVER_KEYS) : null;
    const [first, ...rest] = values.TOKEN_KEYS.map(({ id, key }) => signingKey(id, key.reveal()));
    if (!first) throw new Error('TOKEN_KEYS is empty');
    this.tokenKeys = [first, ...rest];
  }
}

/** The key pair of a P-256 scalar of 32 bytes. */
function signingKey(id: string, scalar: Buffer): SigningKey {
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(scalar);
  const point = curve.getPublicKey();
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  };
  const publicKey = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  const privateKey = createPrivateKey({ key: { ...jwk, d: scalar.toString('base64url') }, format: 'jwk' });
  return { id, privateKey, publicKey: String(publicKey) };
}
