import {
  createId,
  createIdentity,
  fromBase64url,
  sha256,
  signDeviceStatement,
  signIdentityStatement,
  signRevocationStatement,
  toBase64url,
} from '@daybook/sdk/crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { type E2eTestUser, useApi } from './harness/api.js';
import { fillKeyLog, keyedDevice, keyLogOf, nextOf, statementsOf } from './harness/key-logs.js';
import { expectInvalid, expectProblem } from './harness/problems.js';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('the key of a device of an e2e account', () => {
  const api = useApi();

  const signIn = ({ email, account }: E2eTestUser, device: object) =>
    api.http.post('/auth/login', { tier: 'e2e', email, password: account.signUp.password, device });
  const listed = async (user: E2eTestUser) => (await user.get('/auth/devices')).body.data;
  const forget = (user: E2eTestUser, id: string) => user.send('DELETE', `/auth/devices/${id}`, undefined);
  const append = (user: E2eTestUser, statement: Uint8Array, token = user.accessToken) =>
    user.post('/auth/keys/log', { statement: toBase64url(statement) }, { token });

  let eve: E2eTestUser;
  let deviceId: string;
  let publicKey: Uint8Array;
  let token: string;

  beforeEach(async () => {
    eve = await api.newE2eUser();
    const given = keyedDevice();
    const { body } = await signIn(eve, given.device);
    [deviceId, publicKey, token] = [body.device.id, given.publicKey, body.tokens.access_token];
  });

  /** The statement that adds the device, sound but for `change`. */
  const added = async (change: object = {}, about: object = {}) =>
    signDeviceStatement({ ...(await nextOf(eve)), ...change, body: { deviceId, x25519: publicKey, ...about } });
  const revoked = async (change: object = {}, id = deviceId) =>
    signRevocationStatement({ ...(await nextOf(eve)), ...change, body: { deviceId: id } });

  /** That a statement is refused at its place, by that rule or with those words, and nothing is added. */
  async function expectRefused(statement: Uint8Array, why: string): Promise<void> {
    const before = await statementsOf(eve);
    const answer = await append(eve, statement);
    expectInvalid(answer, '#/statement');
    expect(answer.body.errors[0].detail).toContain(why);
    expect(await statementsOf(eve)).toEqual(before);
  }

  it('is not signed before the client has signed it, and then by its statement', async () => {
    expect((await listed(eve))[0].key_statement).toBeNull();
    const statement = await added();
    const answer = await append(eve, statement, token);
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({ n: 2, statement: toBase64url(statement) });
    expect((await listed(eve))[0].key_statement).toBe(2);
    expect((await keyLogOf(eve)).devices).toEqual([{ deviceId, x25519: publicKey, n: 2 }]);
  });

  it('is signed once, however often the same statement is sent', async () => {
    const statement = await added();
    await append(eve, statement);
    const again = await append(eve, statement);
    expect([again.status, again.body.n]).toEqual([200, 2]);
    expect(await statementsOf(eve)).toHaveLength(2);
  });

  it('is not signed for a number that is taken: the client has to read the log first', async () => {
    const [mine, late] = [await added(), await added({ atMs: Date.now() - 1000 })];
    await append(eve, mine);
    const answer = await append(eve, late);
    expectProblem(answer, 409, 'auth/key-log-conflict');
    expect(answer.body.current_n).toBe(2);
    expect(await statementsOf(eve)).toEqual([expect.anything(), mine]);
  });

  it('takes its place in one chain when two clients sign at once: one of them is told to sign again', async () => {
    const second = await signIn(eve, keyedDevice().device);
    const key = fromBase64url(second.body.device.public_key);
    const both = [await added(), await added({}, { deviceId: second.body.device.id, x25519: key })];
    const answers = await Promise.all(both.map((statement) => append(eve, statement)));
    expect(answers.map(({ status }) => status)).toEqual(expect.arrayContaining([201, 409]));
    expect((await keyLogOf(eve)).head.n).toBe(2);
  });

  it('is not taken with a number, a past or a signature that does not fit', async () => {
    const statement = await added();
    const last = statement.length - 1;
    await expectRefused(await added({ n: 3 }), 'statement-order');
    await expectRefused(await added({ prev: new Uint8Array(32) }), 'statement-previous');
    await expectRefused(await added({ signer: createIdentity().ed25519 }), 'statement-signer');
    await expectRefused(statement.with(last - 40, (statement[last - 40] ?? 0) ^ 1), 'statement-signature');
    await expectRefused(statement.with(50, (statement[50] ?? 0) ^ 1), 'statement-signature');
    await expectRefused(withLargerS(statement), 'statement-signature');
    await expectRefused(statement.with(0, 0), 'statement-format');
    await expectRefused(statement.with(3, 4), 'statement-type');
    await expectRefused(statement.subarray(0, last), 'statement-format');
    await expectRefused(statement.slice().fill(0, 104, 136), 'public-key');
    await expectRefused(statement.with(135, 0xff), 'public-key');
    // And the sound one is taken still.
    expect((await append(eve, statement)).status).toBe(201);
  });

  it('is not taken of another user, nor signed by one', async () => {
    const bob = await api.newE2eUser();
    const bobs = await nextOf(bob);
    await expectRefused(signDeviceStatement({ ...bobs, body: { deviceId, x25519: publicKey } }), 'statement-user');
    await expectRefused(await added({ signer: bobs.signer }), 'statement-signer');
  });

  it('is not taken for a device that is not there, or is somebody else’s', async () => {
    const bob = await api.newE2eUser();
    const { body } = await signIn(bob, keyedDevice().device);
    const bobs = { deviceId: body.device.id, x25519: fromBase64url(body.device.public_key) };
    for (const about of [bobs, { deviceId: createId() }, { deviceId: '00000000-0000-4000-8000-000000000000' }])
      expectProblem(await append(eve, await added({}, about)), 404, 'auth/device-not-found');
    await forget(eve, deviceId);
    expectProblem(await append(eve, await added()), 404, 'auth/device-not-found');
    expect(await statementsOf(eve)).toHaveLength(1);
  });

  it('has to be the one that was given at sign-in', async () => {
    await expectRefused(await added({}, { x25519: keyedDevice().publicKey }), 'another key');
    const { public_key: _, ...keyless } = keyedDevice().device;
    const { body } = await signIn(eve, keyless);
    await expectRefused(await added({}, { deviceId: body.device.id }), 'another key');
  });

  it('is not taken when it is dated more than a day away', async () => {
    for (const atMs of [Date.now() + DAY_MS + 60_000, Date.now() - DAY_MS - 60_000, 0])
      await expectRefused(await added({ atMs }), 'a day away');
    expect((await append(eve, await added({ atMs: Date.now() - DAY_MS + 60_000 }))).status).toBe(201);
  });

  it('is signed once in its life: not twice, and not after it was revoked', async () => {
    await append(eve, await added());
    await expectRefused(await added(), 'statement-device');
    expect((await append(eve, await revoked())).status).toBe(201);
    await expectRefused(await revoked(), 'statement-device');
    await expectRefused(await added(), 'statement-device');
    expect((await listed(eve))[0]).toMatchObject({ public_key: toBase64url(publicKey), key_statement: null });
    expect((await keyLogOf(eve)).devices).toEqual([]);
  });

  it('can be revoked after the device was forgotten, whose sessions ended at once', async () => {
    await append(eve, await added());
    expect((await forget(eve, deviceId)).status).toBe(204);
    expect((await api.http.get('/auth/me', { token })).status).toBe(401);
    expect((await keyLogOf(eve)).devices).toHaveLength(1);
    expect((await append(eve, await revoked())).status).toBe(201);
    expect((await keyLogOf(eve)).devices).toEqual([]);
  });

  it('is not revoked where it never was in the log', async () => {
    await expectRefused(await revoked(), 'statement-device');
    await expectRefused(await revoked({}, createId()), 'statement-device');
    const bob = await api.newE2eUser();
    const { body } = await signIn(bob, keyedDevice().device);
    await expectRefused(await revoked({}, body.device.id), 'statement-device');
  });

  it('is not taken as another identity of the account', async () => {
    const { ed25519, x25519 } = createIdentity();
    const body = { ed25519: ed25519.publicKey, x25519: x25519.publicKey, tier: 'e2e', minSuite: 2 } as const;
    await expectRefused(signIdentityStatement({ ...(await nextOf(eve)), body }), 'only devices and revocations');
  });

  it('is not taken from an API key', async () => {
    const { body } = await eve.post('/auth/api-keys', { name: 'Script', scopes: ['entries:write'] });
    expectProblem(await append(eve, await added(), body.key), 403, 'auth/insufficient-scope');
  });

  it('finds no room in a full log, where devices can be revoked still', async () => {
    await append(eve, await added());
    const other = await signIn(eve, keyedDevice().device);
    await api.database.look('DELETE FROM key_log WHERE user_id = $1 AND n = 2', [eve.id]);
    await fillKeyLog(api.database, eve);
    // What fills the log is no log: the head is made by hand.
    const [last] = await api.database.look<{ statement: Buffer }>(
      'SELECT statement FROM key_log WHERE user_id = $1 AND n = 5000',
      [eve.id],
    );
    const { seed, publicKey: key } = eve.account.identity.ed25519;
    const prev = sha256(new Uint8Array(last?.statement ?? []));
    const place = { signer: { seed, publicKey: key }, userId: eve.id, n: 5001, atMs: Date.now(), prev };
    const id = other.body.device.id;
    const x25519 = fromBase64url(other.body.device.public_key);
    expectProblem(
      await append(eve, signDeviceStatement({ ...place, body: { deviceId: id, x25519 } })),
      409,
      'auth/key-log-full',
    );
    await api.database.look('UPDATE key_log SET type = 2, device_id = $2 WHERE user_id = $1 AND n = 2', [eve.id, id]);
    expect((await append(eve, signRevocationStatement({ ...place, body: { deviceId: id } }))).status).toBe(201);
  });
});

/** The same signature with S + L: RFC 8032 refuses it. */
function withLargerS(statement: Uint8Array): Uint8Array {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const at = statement.length - 32;
  const s = statement.slice(at).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n) + order;
  const changed = statement.slice();
  for (let i = 0; i < 32; i++) changed[at + i] = Number((s >> BigInt(8 * i)) & 0xffn);
  return changed;
}
