import { Field, readStatement, StatementType, type Tier, unwrapIdentityKey } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/database.js';
import { Unavailable } from '../../../platform/http/request.problems.js';
import type { UserId } from '../../../platform/ids.js';
import type { OpenCaller } from '../caller.js';
import { KeyLogRepository } from './key-log.repository.js';

/** The X25519 keys by which users receive what others seal to them (docs/crypto.md, Background work). */
@Injectable()
export class ReceivingKeys {
  constructor(private readonly log: KeyLogRepository) {}

  /** The public half, 32 bytes, from the identity in force in the user's signed key log. */
  async of(tx: Tx, userId: UserId): Promise<{ tier: Tier; publicKey: Uint8Array }> {
    const identity = await this.log.findIdentity(tx, userId);
    // A request or job that was on its way when the account was erased.
    if (!identity) throw new Unavailable({ detail: 'The account is being erased.' });
    const statement = readStatement(identity.statement);
    if (statement.type !== StatementType.identity) throw new Error('an identity that is another statement');
    return { tier: statement.body.tier, publicKey: statement.body.x25519 };
  }

  /** The signed key log, oldest first: what a client reads the public half from, and verifies it by. */
  async statements(tx: Tx, userId: UserId): Promise<Uint8Array[]> {
    return (await this.log.list(tx, userId)).map(({ statement }) => statement);
  }

  /** Both halves, 32 bytes each; the caller wipes the private one. */
  async open(tx: Tx, { userId, master }: OpenCaller): Promise<{ publicKey: Uint8Array; privateKey: Uint8Array }> {
    const key = await this.log.findReceivingKey(tx, userId);
    if (!key) throw new Error('an account without a key to receive with');
    const { publicKey, wrapped } = key;
    return { publicKey, privateKey: unwrapIdentityKey({ tier: 'uce', master, userId, field: Field.x25519, wrapped }) };
  }
}
