import { Injectable } from '@nestjs/common';
import { IsNull, Not } from 'typeorm';
import type { Tx } from '../../../platform/database/database.js';
import type { UserId } from '../../../platform/ids.js';
import { ErasureEntity } from '../erasure/erasure.entity.js';
import type { AccountKeys } from '../keys/account-keys.js';
import { KeyStatementEntity } from '../keys/key-statement.entity.js';
import { PrivateKeyEntity } from '../keys/private-key.entity.js';
import { RecoveryCodeEntity } from '../keys/recovery-code.entity.js';
import { SlotEntity } from '../keys/slot.entity.js';
import { ImportedPasswordEntity } from './imported-password.entity.js';
import { PasswordEntity } from './password.entity.js';
import { SignInNameEntity } from './sign-in-name.entity.js';
import { UserEntity } from './user.entity.js';

/** Accounts and their keys in PostgreSQL. */
@Injectable()
export class AccountsRepository {
  find(tx: Tx, userId: UserId): Promise<UserEntity | null> {
    return tx.findOneBy(UserEntity, { userId });
  }

  /** Whether the account is being erased, or was. */
  isErasing(tx: Tx, userId: UserId): Promise<boolean> {
    return tx.existsBy(ErasureEntity, { userId });
  }

  findByEmail(tx: Tx, name: string): Promise<SignInNameEntity | null> {
    return tx.findOneBy(SignInNameEntity, { kind: 'email', name });
  }

  findPassword(tx: Tx, userId: UserId): Promise<PasswordEntity | null> {
    return tx.findOneBy(PasswordEntity, { userId });
  }

  findImported(tx: Tx, userId: UserId): Promise<ImportedPasswordEntity | null> {
    return tx.findOneBy(ImportedPasswordEntity, { userId });
  }

  async insertImported(tx: Tx, password: ImportedPasswordEntity): Promise<void> {
    await tx.insert(ImportedPasswordEntity, password);
  }

  /** False when another sign-in was faster. */
  async deleteImported(tx: Tx, userId: UserId): Promise<boolean> {
    const { affected } = await tx.delete(ImportedPasswordEntity, { userId });
    return affected === 1;
  }

  findPasswordSlot(tx: Tx, userId: UserId): Promise<SlotEntity | null> {
    return tx.findOneBy(SlotEntity, { userId, kind: 'password' });
  }

  listPrivateKeys(tx: Tx, userId: UserId): Promise<PrivateKeyEntity[]> {
    return tx.find(PrivateKeyEntity, { where: { userId }, take: 2 });
  }

  /** Adds a user; false when the id is taken, or was: by whomever. First in its transaction, which acts as that id. */
  async insert(tx: Tx, user: UserEntity): Promise<boolean> {
    if (await this.isErasing(tx, user.userId)) return false;
    const insert = tx.createQueryBuilder().insert().into(UserEntity).values(user);
    const { raw }: { raw: unknown[] } = await insert.orIgnore().returning('user_id').execute();
    return raw.length === 1;
  }

  /** Gives an address to a user; false when it is taken. */
  async insertEmail(tx: Tx, userId: UserId, name: string): Promise<boolean> {
    const insert = tx.createQueryBuilder().insert().into(SignInNameEntity).values({ kind: 'email', name, userId });
    const { raw }: { raw: unknown[] } = await insert.orIgnore().returning('user_id').execute();
    return raw.length === 1;
  }

  async change(tx: Tx, userId: UserId, change: Partial<UserEntity>): Promise<void> {
    if (Object.keys(change).length > 0) await tx.update(UserEntity, { userId }, change);
  }

  /** The password's row, locked until the transaction ends. */
  lockPassword(tx: Tx, userId: UserId): Promise<PasswordEntity | null> {
    return tx.findOne(PasswordEntity, { where: { userId }, lock: { mode: 'pessimistic_write' } });
  }

  /** Replaces the verifier, and the slot that the password opens. */
  async replacePassword(tx: Tx, password: PasswordEntity, slot: SlotEntity | null): Promise<void> {
    const { userId } = password;
    await tx.update(PasswordEntity, { userId }, password);
    await tx.delete(SlotEntity, { userId, kind: 'password' });
    if (slot) await tx.insert(SlotEntity, slot);
  }

  /** Keeps the same password in another way. A slot of null leaves the slot that it opens as it is. */
  async renewPassword(tx: Tx, password: PasswordEntity, slot: SlotEntity | null): Promise<void> {
    if (slot) return this.replacePassword(tx, password, slot);
    await tx.update(PasswordEntity, { userId: password.userId }, password);
  }

  /** Locks or, with null, unlocks an account; false when it was so before. */
  async setLock(tx: Tx, userId: UserId, lockedAt: Date | null): Promise<boolean> {
    const before = lockedAt === null ? Not(IsNull()) : IsNull();
    const { affected } = await tx.update(UserEntity, { userId, lockedAt: before }, { lockedAt });
    return affected === 1;
  }

  async insertKeys(tx: Tx, password: PasswordEntity, keys: AccountKeys): Promise<void> {
    await tx.insert(PasswordEntity, password);
    await tx.insert(SlotEntity, [...keys.slots]);
    await tx.insert(RecoveryCodeEntity, [...keys.recoveryCodes]);
    await tx.insert(KeyStatementEntity, [...keys.statements]);
    await tx.insert(PrivateKeyEntity, [...keys.privateKeys]);
  }
}
