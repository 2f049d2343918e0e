import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/database.js';
import type { UserId } from '../../../platform/ids.js';
import { EmailCodeEntity } from './email-code.entity.js';
import { UserEntity } from './user.entity.js';

/** Addresses and the codes that prove them, in PostgreSQL. */
@Injectable()
export class EmailsRepository {
  find(tx: Tx, userId: UserId): Promise<EmailCodeEntity | null> {
    return tx.findOneBy(EmailCodeEntity, { userId });
  }

  lockCode(tx: Tx, userId: UserId): Promise<EmailCodeEntity | null> {
    return tx.findOne(EmailCodeEntity, { where: { userId }, lock: { mode: 'pessimistic_write' } });
  }

  async replaceCode(tx: Tx, code: EmailCodeEntity): Promise<void> {
    await this.deleteCode(tx, code.userId);
    await tx.insert(EmailCodeEntity, code);
  }

  async setHash(tx: Tx, userId: UserId, codeHash: Uint8Array): Promise<void> {
    await tx.update(EmailCodeEntity, { userId }, { codeHash });
  }

  async countTry(tx: Tx, userId: UserId): Promise<void> {
    await tx.decrement(EmailCodeEntity, { userId }, 'triesLeft', 1);
  }

  async deleteCode(tx: Tx, userId: UserId): Promise<void> {
    await tx.delete(EmailCodeEntity, { userId });
  }

  /** Gives the user another sign-in name in the place of the one before; false when it is taken. */
  async moveName(tx: Tx, userId: UserId, name: string): Promise<boolean> {
    const [rows]: [unknown[]] = await tx.query(
      `UPDATE sign_in_names SET name = $2 WHERE kind = 'email' AND user_id = $1
       AND NOT EXISTS (SELECT FROM sign_in_names AS other WHERE other.kind = 'email' AND other.name = $2) RETURNING name`,
      [userId, name],
    );
    return rows.length === 1;
  }

  async setAddress(tx: Tx, userId: UserId, email: string, emailVerifiedAt: Date): Promise<void> {
    await tx.update(UserEntity, { userId }, { email, emailVerifiedAt });
  }
}
