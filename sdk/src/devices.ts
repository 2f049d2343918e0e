import { type Api, createApi, type Schemas, unwrap } from './api.js';
import { fromBase64url, toBase64url, wipe } from './crypto/bytes.js';
import { createDeviceKeys } from './crypto/device-keys.js';
import { unwrapIdentityKey } from './crypto/identity.js';
import {
  signDeviceStatement,
  type Signing,
  signRevocationStatement,
  verifyKeyLog,
  type VerifiedKeyLog,
} from './crypto/key-log.js';
import type { MasterKey } from './crypto/master-key.js';
import { ready, sha256 } from './crypto/primitives.js';
import { Field } from './crypto/registry.js';
import { DaybookProblem, SignedOut } from './problems.js';
import type { Session } from './session.js';
import { fromPinned, toPinned } from './session-store.js';

const triesMax = 3;

/** A device's own X25519 pair, base64url. Keep `private_key` on the device, where it keeps secrets. */
export interface NewDeviceKeys {
  readonly public_key: string;
  readonly private_key: string;
}

/** A new pair: give its `public_key` with the `device` of a sign-up or sign-in. */
export async function newDeviceKeys(): Promise<NewDeviceKeys> {
  await ready();
  const { publicKey, privateKey } = createDeviceKeys();
  const keys = { public_key: toBase64url(publicKey), private_key: toBase64url(privateKey) };
  wipe(privateKey);
  return keys;
}

/** Where the user signed in, and the signed log of the account's keys. */
export class Devices {
  readonly #session: Session;
  readonly #master: MasterKey | undefined;
  readonly #api: Api;

  /** @param master of an e2e account */
  constructor(session: Session, master: MasterKey | undefined) {
    this.#session = session;
    this.#master = master;
    // All that is sent here may be sent again: a statement is added once, a device is forgotten once.
    this.#api = createApi(session.record.url, (call) => session.send(call, { isRepeatable: true }));
  }

  /** All of them, most recently seen first, as the server tells it: only `keyLog` proves which keys are the user's. */
  async list(): Promise<readonly Schemas['Device'][]> {
    return unwrap(await this.#api.GET('/api/v1/auth/devices')).data;
  }

  /**
   * The account's keys and the devices that may be sealed for, verified; its head is kept with the session, and a log that
   * does not contain the head kept before is refused.
   * @throws EnvelopeRefused
   */
  async keyLog(): Promise<VerifiedKeyLog> {
    await ready();
    const { data } = unwrap(await this.#api.GET('/api/v1/auth/keys/log'));
    const { user, key_log_head: kept } = this.#session.record;
    const pinned = kept && fromPinned(kept);
    const log = verifyKeyLog(
      data.map(({ statement }) => fromBase64url(statement)),
      user.id,
      pinned,
    );
    await this.#session.keep({ key_log_head: toPinned(log.head) });
    return log;
  }

  /**
   * e2e: signs the key that this client gave when it signed in, unless the log has it. Signing in does this itself; it is
   * for a client that lost its connection meanwhile. (In the uce tier the server signs.)
   * @throws DaybookProblem `auth/device-not-found` when the device was forgotten, `auth/key-log-full`; EnvelopeRefused;
   *   SignedOut `keys-not-kept`
   */
  async signKey(): Promise<void> {
    const { device, tier } = this.#session.record;
    if (tier !== 'e2e' || device?.public_key === undefined) return;
    const { id: deviceId, public_key: publicKey } = device;
    await this.#append((signing, { devices }) => {
      if (devices.some((known) => known.deviceId === deviceId)) return undefined;
      return signDeviceStatement({ ...signing, body: { deviceId, x25519: fromBase64url(publicKey) } });
    });
  }

  /**
   * Forgets a device and ends its sessions; its key is revoked, in the e2e tier by a statement of this client. May be called
   * again when the connection was lost in between.
   * @throws DaybookProblem `auth/device-not-found` when neither the server nor the log knows the device
   */
  async forget(id: string): Promise<void> {
    const path = { params: { path: { id } } };
    const { error, response } = await this.#api.DELETE('/api/v1/auth/devices/{id}', path);
    const problem = response.ok ? undefined : DaybookProblem.of(response.status, error);
    const isGone = problem?.type === 'auth/device-not-found';
    if (problem && !(isGone && this.#session.record.tier === 'e2e')) throw problem;
    if (this.#session.record.tier !== 'e2e') return;
    const isRevoked = await this.#append((signing, { devices }) =>
      devices.some(({ deviceId }) => deviceId === id)
        ? signRevocationStatement({ ...signing, body: { deviceId: id } })
        : undefined,
    );
    if (isGone && !isRevoked) throw problem;
  }

  /** Signs behind the newest statement, and anew when another client was quicker. False when there is nothing to sign. */
  async #append(sign: (signing: Signing, log: VerifiedKeyLog) => Uint8Array | undefined): Promise<boolean> {
    for (let tries = 1; ; tries++) {
      const log = await this.keyLog();
      const statement = this.#signed(log, sign);
      if (!statement) return false;
      try {
        const body = { statement: toBase64url(statement) };
        const { n } = unwrap(await this.#api.POST('/api/v1/auth/keys/log', { body }));
        await this.#session.keep({ key_log_head: { n, hash: toBase64url(sha256(statement)) } });
        return true;
      } catch (error) {
        const isLate = error instanceof DaybookProblem && error.type === 'auth/key-log-conflict';
        if (!isLate || tries === triesMax) throw error;
      }
    }
  }

  /** The private key is unwrapped for one signature, and wiped. */
  #signed<T>(log: VerifiedKeyLog, sign: (signing: Signing, log: VerifiedKeyLog) => T): T {
    const { user, signing_key: wrapped } = this.#session.record;
    if (!this.#master || wrapped === undefined) throw new SignedOut('keys-not-kept');
    const place = { tier: 'e2e', master: this.#master, userId: user.id, field: Field.ed25519 } as const;
    const seed = unwrapIdentityKey({ ...place, wrapped: fromBase64url(wrapped) });
    const { identity, head } = log;
    const signer = { seed, publicKey: identity.ed25519 };
    try {
      return sign({ signer, userId: user.id, n: head.n + 1, atMs: Date.now(), prev: head.hash }, log);
    } finally {
      wipe(seed);
    }
  }
}
