import { hmacSha256, labels, type MasterKey, utf8, uuidToBytes, wipe } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import type { Principal } from '../database/database.js';
import { Secrets } from '../secrets/keyring.js';
import { canonicalJson } from './canonical-json.js';
import type { Fingerprint } from './keyed-request.js';

/** A principal whose request may have opened a key. */
export interface KeyHolder extends Principal {
  readonly master?: MasterKey | null;
}

/** A request as it was sent. */
export interface Sent {
  readonly method: string;
  /** The address with all its parameters, e.g. `/api/v1/entries`. */
  readonly url: string;
  /** Parsed, before any schema looked at it. */
  readonly body?: unknown;
}

const LABEL = utf8('idempotency');
const ofKey = Uint8Array.of(1);
const ofRequest = Uint8Array.of(2);

/**
 * Makes fingerprints under a key that is not in the database: the user's own idempotency key where the request opened one,
 * else one of the operator's session peppers. What callers without a key send is sealed already, or no content.
 */
@Injectable()
export class Fingerprints {
  constructor(private readonly secrets: Secrets) {}

  /** The first for what is kept now; the others for what was kept before a pepper was replaced. */
  of(principal: KeyHolder, idempotencyKey: string, sent: Sent): readonly [Fingerprint, ...Fingerprint[]] {
    const key = utf8(idempotencyKey);
    const request = utf8(`${sent.method} ${sent.url}\n${canonicalJson(sent.body)}`);
    const [current, ...older] = this.keysOf(principal).map((secret) => {
      const fingerprint = {
        keyHash: hmacSha256(secret, ofKey, key),
        request: hmacSha256(secret, ofRequest, request),
      };
      wipe(secret);
      return fingerprint;
    });
    wipe(request);
    if (!current) throw new Error('there is no key to make fingerprints with');
    return [current, ...older];
  }

  private keysOf({ userId, master }: KeyHolder): Uint8Array[] {
    if (master) return [master.derive(labels.idempotency)];
    return this.secrets.sessionPeppers.all.map(({ key }) => hmacSha256(key, LABEL, uuidToBytes(userId)));
  }
}
