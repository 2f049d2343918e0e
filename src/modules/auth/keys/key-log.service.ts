import {
  EnvelopeRefused,
  equalBytes,
  type KeyLogPlace,
  readStatement,
  type Rule,
  type Statement,
  StatementType,
  toBase64url,
  verifyStatement,
} from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import { Database, type Tx } from '../../../platform/database/database.js';
import { atGate } from '../../../platform/http/gate.js';
import { invalidRequest } from '../../../platform/http/invalid-request.js';
import type { UserId } from '../../../platform/ids.js';
import { Ledger } from '../../ledger/ledger.js';
import { DeviceNotFound, KeyLogConflict, KeyLogFull } from '../auth.problems.js';
import { DeviceId } from '../auth.schema.js';
import type { Caller } from '../caller.js';
import { DevicesRepository } from '../sessions/devices.repository.js';
import { KeyLog } from './key-log.js';
import { KeyLogRepository } from './key-log.repository.js';
import type { KeyLogView, KeyStatementDraft, KeyStatementView } from './key-log.schema.js';
import type { KeyStatementEntity } from './key-statement.entity.js';

/** A wrong clock is likelier than a lie, and the order is that of the numbers: this keeps out what is no time at all. */
const CLOCKS_APART_MS_MAX = 24 * 60 * 60 * 1000;
const PLACE = '#/statement';

/** A statement that is in the log now, and whether it is new: sending the same one again finds it there. */
export interface Appended {
  readonly statement: KeyStatementView;
  readonly isNew: boolean;
}

type AboutDevice = Exclude<Statement, { readonly type: typeof StatementType.identity }>;

/** The key log as its owner reads it and, in the e2e tier, writes it: the server cannot sign there, only check. */
@Injectable()
export class KeyLogService {
  constructor(
    private readonly db: Database,
    private readonly ledger: Ledger,
    private readonly keyLog: KeyLog,
    private readonly log: KeyLogRepository,
    private readonly devices: DevicesRepository,
    private readonly clock: Clock,
  ) {}

  /** All of it, oldest first. */
  async read({ userId }: Caller): Promise<KeyLogView> {
    const statements = await this.db.asUser({ userId }, (tx) => this.log.list(tx, userId));
    return { data: statements.map(toView), next_cursor: null };
  }

  /**
   * Appends what an e2e client has signed about a device; in the uce tier the server signs itself.
   * @throws KeyLogConflict, KeyLogFull, DeviceNotFound, InvalidRequest with the rule
   */
  async append(caller: Caller, { statement: bytes }: KeyStatementDraft): Promise<Appended> {
    const { userId } = caller;
    const sent = readSent(bytes, userId);
    return this.db.asUser(caller, async (tx) => {
      await this.ledger.lock(tx, userId);
      const place = await this.keyLog.place(tx, userId);
      const there = await this.sameStatement(tx, userId, sent, bytes, place);
      if (there) return { statement: toView(there), isNew: false };
      atGate(PLACE, () => verifyStatement(bytes, userId, place));
      this.assertTime(sent);
      const deviceId = await this.deviceOf(tx, userId, sent, place);
      const row: KeyStatementEntity = { userId, n: sent.n, type: sent.type, deviceId, statement: bytes };
      await this.log.insert(tx, row);
      return { statement: toView(row), isNew: true };
    });
  }

  /** The statement itself, where it is in the log already. @throws KeyLogConflict for another under its number */
  private async sameStatement(tx: Tx, userId: UserId, { n }: Statement, bytes: Uint8Array, { head }: KeyLogPlace) {
    if (n > head.n) return null;
    const there = await this.log.find(tx, userId, n);
    if (there && equalBytes(there.statement, bytes)) return there;
    throw new KeyLogConflict({ current_n: head.n });
  }

  private assertTime({ atMs }: Statement): void {
    if (Math.abs(this.clock.now().getTime() - atMs) > CLOCKS_APART_MS_MAX)
      throw invalidRequest([{ pointer: PLACE, detail: 'is dated more than a day away from now: set the clock' }]);
  }

  /** The device that a statement is about. One that was forgotten can still be revoked. */
  private async deviceOf(tx: Tx, userId: UserId, sent: AboutDevice, place: KeyLogPlace): Promise<DeviceId> {
    const { success, data: id } = DeviceId.safeParse(sent.body.deviceId);
    const said = success ? await this.log.listOfDevice(tx, userId, id) : [];
    if (sent.type === StatementType.revocation) {
      if (!success || said.length !== 1) throw refusal('statement-device');
      return id;
    }
    const device = success ? await this.devices.find(tx, userId, id) : null;
    if (!device) throw new DeviceNotFound();
    if (said.length > 0) throw refusal('statement-device');
    if (!device.publicKey || !equalBytes(device.publicKey, sent.body.x25519))
      throw invalidRequest([{ pointer: PLACE, detail: 'has another key than the device was signed in with' }]);
    if (!this.keyLog.hasRoom(place)) throw new KeyLogFull();
    return device.id;
  }
}

/** Before anything is looked up: the form, the type, and whose it is. */
function readSent(bytes: Uint8Array, userId: UserId): AboutDevice {
  const sent = atGate(PLACE, () => readStatement(bytes));
  if (sent.type === StatementType.identity)
    throw invalidRequest([
      { pointer: PLACE, detail: 'is of an identity: only devices and revocations are taken here' },
    ]);
  if (sent.userId !== userId) throw refusal('statement-user');
  return sent;
}

function refusal(rule: Rule): Error {
  const { message } = new EnvelopeRefused(rule);
  return invalidRequest([{ pointer: PLACE, detail: `${message} (rule ${rule})` }]);
}

const toView = ({ n, statement }: KeyStatementEntity): KeyStatementView => ({ n, statement: toBase64url(statement) });
