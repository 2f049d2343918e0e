import {
  Field,
  type KeyLogPlace,
  type MasterKey,
  readStatement,
  sha256,
  signDeviceStatement,
  type Signing,
  signRevocationStatement,
  StatementType,
  unwrapIdentityKey,
  wipe,
} from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import type { Tx } from '../../../platform/database/database.js';
import type { UserId } from '../../../platform/ids.js';
import type { DeviceId } from '../auth.schema.js';
import { KeyLogRepository, STATEMENTS_MAX } from './key-log.repository.js';

/** A user whose master key this request has opened: the server can sign for nobody else. */
export interface Signer {
  readonly userId: UserId;
  readonly master: MasterKey;
}

/**
 * The signed log of a user's keys and devices (docs/crypto.md, Key log). Whoever appends has locked the ledger's head
 * before, so that two that append at once follow one another.
 */
@Injectable()
export class KeyLog {
  constructor(
    private readonly log: KeyLogRepository,
    private readonly clock: Clock,
  ) {}

  /** What the next statement has to follow. */
  async place(tx: Tx, userId: UserId): Promise<KeyLogPlace> {
    const last = await this.log.findLast(tx, userId);
    const identity = await this.log.findIdentity(tx, userId);
    const read = identity && readStatement(identity.statement);
    if (!last || read?.type !== StatementType.identity) throw new Error('an account without an identity');
    return { identity: read.body, head: { n: last.n, hash: sha256(last.statement) } };
  }

  /** By device, the number of the statement that added it; without those that were revoked, or never added. */
  numbersOf(tx: Tx, userId: UserId, deviceIds: readonly DeviceId[]): Promise<ReadonlyMap<DeviceId, number>> {
    return this.log.numbersOf(tx, userId, deviceIds);
  }

  /** Whether another device may be added: there has to be room left to revoke each. */
  hasRoom({ head }: KeyLogPlace): boolean {
    return head.n < STATEMENTS_MAX / 2;
  }

  /** uce: signs that the device has this X25519 key. The number of the statement; null when the log is full. */
  async addDevice(tx: Tx, signer: Signer, deviceId: DeviceId, x25519: Uint8Array): Promise<number | null> {
    const place = await this.place(tx, signer.userId);
    if (!this.hasRoom(place)) return null;
    const statement = await this.signed(tx, signer, place, (signing) =>
      signDeviceStatement({ ...signing, body: { deviceId, x25519 } }),
    );
    const n = place.head.n + 1;
    await this.log.insert(tx, { userId: signer.userId, n, type: StatementType.device, deviceId, statement });
    return n;
  }

  /** uce: signs that nothing is to be sealed for a device any more, if it is in the log. */
  async revokeDevice(tx: Tx, signer: Signer, deviceId: DeviceId): Promise<void> {
    const { userId } = signer;
    const said = await this.log.listOfDevice(tx, userId, deviceId);
    if (said.length !== 1) return;
    const place = await this.place(tx, userId);
    const statement = await this.signed(tx, signer, place, (signing) =>
      signRevocationStatement({ ...signing, body: { deviceId } }),
    );
    await this.log.insert(tx, { userId, n: place.head.n + 1, type: StatementType.revocation, deviceId, statement });
  }

  /** The private key is unwrapped for one signature, and wiped. */
  private async signed(
    tx: Tx,
    { userId, master }: Signer,
    { head }: KeyLogPlace,
    sign: (signing: Signing) => Uint8Array,
  ): Promise<Uint8Array> {
    const key = await this.log.findSigningKey(tx, userId);
    if (!key) throw new Error('an account without a key to sign with');
    const { publicKey, wrapped } = key;
    const seed = unwrapIdentityKey({ tier: 'uce', master, userId, field: Field.ed25519, wrapped });
    try {
      const atMs = this.clock.now().getTime();
      return sign({ signer: { seed, publicKey }, userId, n: head.n + 1, prev: head.hash, atMs });
    } finally {
      wipe(seed);
    }
  }
}
