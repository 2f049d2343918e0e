import { createDeviceKeys, fromBase64url, type Signing, toBase64url, verifyKeyLog } from '@daybook/sdk/crypto';
import type { E2eTestUser, TestUser } from './api.js';
import type { TestDatabase } from './database.js';

/** A device as it is given at sign-in, with a new key; and that key. */
export function keyedDevice() {
  const { publicKey } = createDeviceKeys();
  const device = { device_name: 'Phone', device_type: 'mobile', platform: 'ios', public_key: toBase64url(publicKey) };
  return { publicKey, device };
}

/** The statements of a user's key log, oldest first. */
export async function statementsOf(user: TestUser): Promise<Uint8Array[]> {
  const { body } = await user.get('/auth/keys/log');
  return body.data.map(({ statement }: { statement: string }) => fromBase64url(statement));
}

/** A user's key log, verified whole. */
export const keyLogOf = async (user: TestUser) => verifyKeyLog(await statementsOf(user), user.id);

/** Where the next statement of an e2e user stands, and the key that signs it: what its client starts from. */
export async function nextOf(user: E2eTestUser): Promise<Signing> {
  const { head } = await keyLogOf(user);
  const { seed, publicKey } = user.account.identity.ed25519;
  return { signer: { seed, publicKey }, userId: user.id, n: head.n + 1, atMs: Date.now(), prev: head.hash };
}

/** As many statements as a log takes before it has no room for devices; what they say is of no matter here. */
export const fillKeyLog = (database: TestDatabase, { id }: TestUser) =>
  database.look(
    `INSERT INTO key_log (user_id, n, type, device_id, statement)
     SELECT user_id, more, 1, NULL, statement FROM key_log, generate_series(2, 5000) AS more WHERE user_id = $1 AND n = 1`,
    [id],
  );
