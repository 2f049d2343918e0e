import { Injectable } from '@nestjs/common';
import type { Principal, Tx } from '../../platform/database/database.js';
import { UserData, UserDataSocket } from '../../platform/user-data.js';
import { Database } from '../../platform/database/database.js';
import { Storage } from './storage.js';

/** What is counted of an account. */
@Injectable()
export class TiersUserData extends UserData {
  readonly name = 'storage';
  readonly tables = [{ name: 'storage' }];

  constructor(
    socket: UserDataSocket,
    db: Database,
    private readonly storage: Storage,
  ) {
    super(socket, db);
  }

  async tell(tx: Tx, { userId }: Principal) {
    const { usedBytes, quotaBytes } = await this.storage.of(tx, userId);
    return { used_bytes: usedBytes, quota_bytes: quotaBytes };
  }
}
