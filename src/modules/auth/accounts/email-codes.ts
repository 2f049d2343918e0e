import { randomInt } from 'node:crypto';
import { equalBytes, hmacSha256, utf8, uuidToBytes } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import type { UserId } from '../../../platform/ids.js';
import { Secrets } from '../../../platform/secrets/keyring.js';
import { emailName } from './account.views.js';
import type { EmailCodeEntity } from './email-code.entity.js';

/** Six digits that are kept only as a keyed hash: whoever has the database cannot try a million codes against it. */
@Injectable()
export class EmailCodes {
  constructor(private readonly secrets: Secrets) {}

  newCode(): string {
    return String(randomInt(1_000_000)).padStart(6, '0');
  }

  hash(userId: UserId, email: string, code: string, pepper = this.secrets.sessionPeppers.current.key): Uint8Array {
    return hmacSha256(pepper, utf8('email-code'), uuidToBytes(userId), utf8(`${emailName(email)}\0${code}`));
  }

  matches({ userId, email, codeHash }: EmailCodeEntity, code: string): boolean {
    if (codeHash === null) return false;
    return this.secrets.sessionPeppers.all.some(({ key }) => equalBytes(this.hash(userId, email, code, key), codeHash));
  }
}
