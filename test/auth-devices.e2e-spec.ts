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
import { type E2eTestUser, PASSWORD, TestUser, useApi } from './harness/api.js';
import { eventually } from './harness/eventually.js';
import type { Answer } from './harness/http.js';
import { keyedDevice, keyLogOf, nextOf, statementsOf } from './harness/key-logs.js';
import { expectInvalid, expectProblem } from './harness/problems.js';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('the key of a device', () => {
  const api = useApi();

  /** Another sign-in of a user; the answer. */
  function signIn(user: TestUser, device: object): Promise<Answer> {
    const { email } = user;
    const isE2e = 'account' in user;
    const proof = isE2e ? (user as E2eTestUser).account.signUp.password : PASSWORD;
    return api.http.post('/auth/login', { tier: isE2e ? 'e2e' : 'uce', email, password: proof, device });
  }

  const listed = async (user: TestUser) => (await user.get('/auth/devices')).body.data;
  const forget = (user: TestUser, id: string) => user.send('DELETE', `/auth/devices/${id}`, undefined);
  const append = (user: TestUser, statement: Uint8Array, token = user.accessToken) =>
    user.post('/auth/keys/log', { statement: toBase64url(statement) }, { token });

  describe.each(['uce', 'e2e'])('of a %s account', (tier) => {
    const newUser = () => (tier === 'uce' ? api.newUser() : api.newE2eUser());

    it('is answered and listed as it was given', async () => {
      const ada = await newUser();
      const { device } = keyedDevice();
      const { status, body } = await signIn(ada, device);
      expect(status).toBe(200);
      expect(body.device).toMatchObject(device);
      expect(await listed(ada)).toEqual([body.device]);
      const renamed = await ada.send('PATCH', `/auth/devices/${body.device.id}`, '{"device_name":"Old phone"}');
      expect(renamed.body).toEqual({ ...body.device, device_name: 'Old phone' });
    });

    it('may be left out, and the key log then says nothing of the device', async () => {
      const ada = await newUser();
      const { public_key: _, ...device } = keyedDevice().device;
      const { body } = await signIn(ada, device);
      expect(body.device).toMatchObject({ public_key: null, key_statement: null });
      expect((await forget(ada, body.device.id)).status).toBe(204);
      expect(await statementsOf(ada)).toHaveLength(1);
    });

    it.each([
      ['of low order', new Uint8Array(32)],
      ['of low order, the point one', new Uint8Array(32).with(0, 1)],
      ['not reduced', new Uint8Array(32).fill(0xff)],
      ['with the highest bit set', keyedDeviceKey().with(31, 0x80)],
    ])('is refused at sign-up and sign-in when it is %s', async (_, key) => {
      const ada = await newUser();
      const device = { ...keyedDevice().device, public_key: toBase64url(key) };
      const signUp =
        tier === 'uce'
          ? { tier, email: api.newEmail(), password: PASSWORD, device }
          : { ...(await api.newE2eAccount()).signUp, device };
      for (const answer of [await signIn(ada, device), await api.http.post('/auth/signup', signUp)]) {
        expectInvalid(answer, '#/device/public_key');
        expect(answer.body.errors[0].detail).toContain('(rule public-key)');
      }
      expect(await listed(ada)).toEqual([]);
    });

    it('is refused when it has not 32 bytes', async () => {
      const ada = await newUser();
      for (const length of [0, 31, 33]) {
        const device = { ...keyedDevice().device, public_key: toBase64url(new Uint8Array(length).fill(9)) };
        expectInvalid(await signIn(ada, device), '#/device/public_key');
      }
    });
  });

  describe('in the uce tier', () => {
    it('is signed by the account at sign-up and at sign-in', async () => {
      const [first, second] = [keyedDevice(), keyedDevice()];
      const email = api.newEmail();
      const signUp = { tier: 'uce', email, password: PASSWORD, device: first.device };
      const { body } = await api.http.post('/auth/signup', signUp);
      expect(body.device.key_statement).toBe(2);
      const ada = await signedIn({ id: body.user.id, email }, second.device);
      const { devices } = await keyLogOf(ada.user);
      expect(devices).toEqual([
        { deviceId: body.device.id, x25519: first.publicKey, n: 2 },
        { deviceId: ada.device.id, x25519: second.publicKey, n: 3 },
      ]);
      expect((await listed(ada.user)).map(({ key_statement: n }: { key_statement: number }) => n)).toEqual([3, 2]);
    });

    it('is revoked when the device is forgotten', async () => {
      const ada = await api.newUser();
      const { body } = await signIn(ada, keyedDevice().device);
      const other = await signIn(ada, keyedDevice().device);
      expect((await forget(ada, body.device.id)).status).toBe(204);
      expect((await api.http.get('/auth/me', { token: body.tokens.access_token })).status).toBe(401);
      const { devices, head } = await keyLogOf(ada);
      expect(devices.map(({ deviceId }) => deviceId)).toEqual([other.body.device.id]);
      expect(head.n).toBe(4);
    });

    it('is not revoked by a session that has no key to sign with; its sessions end all the same', async () => {
      const ada = await api.newUser();
      const { body } = await signIn(ada, keyedDevice().device);
      await api.database.look(
        `DELETE FROM slots WHERE user_id = $1 AND kind = 'access' AND session_id <>
           (SELECT id FROM sessions WHERE user_id = $1 AND device_id = $2)`,
        [ada.id, body.device.id],
      );
      expect((await forget(ada, body.device.id)).status).toBe(204);
      expect((await api.http.get('/auth/me', { token: body.tokens.access_token })).status).toBe(401);
      expect((await keyLogOf(ada)).devices).toHaveLength(1);
    });

    it('is not signed by anybody else: the route is for e2e clients', async () => {
      const [ada, eve] = [await api.newUser(), await api.newE2eUser()];
      const { body } = await signIn(eve, keyedDevice().device);
      const statement = signRevocationStatement({ ...(await nextOf(eve)), body: { deviceId: body.device.id } });
      const answer = await append(ada, statement);
      expectProblem(answer, 403, 'tiers/not-in-your-tier');
      expect(answer.body.required_tier).toBe('e2e');
    });

    it('takes its place in one chain, however many sign in at once', async () => {
      const ada = await api.newUser();
      const answers = await Promise.all(Array.from({ length: 5 }, () => signIn(ada, keyedDevice().device)));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
      const { devices, head } = await keyLogOf(ada);
      expect([devices.length, head.n]).toEqual([5, 6]);
    });

    it('takes its place in one chain when another is revoked in the very moment', async () => {
      const ada = await api.newUser();
      const { body } = await signIn(ada, keyedDevice().device);
      const waiting = (count: number) =>
        eventually(`${count} wait for a lock`, async () => {
          const rows = await api.database.look(`
            SELECT FROM pg_stat_activity
            WHERE datname = current_database() AND usename = 'daybook_api' AND wait_event_type = 'Lock'`);
          return rows.length === count ? true : undefined;
        });
      // The log can be read meanwhile: whoever has not taken the lock before would go by a head that is no more.
      const lock = api.database.hold('LOCK TABLE key_log IN SHARE MODE');
      await lock.held;
      const signedIn = signIn(ada, keyedDevice().device);
      await waiting(1);
      const forgotten = forget(ada, body.device.id);
      await waiting(2);
      await lock.release();
      expect([(await signedIn).status, (await forgotten).status]).toEqual([200, 204]);
      const { devices, head } = await keyLogOf(ada);
      expect([devices.length, head.n]).toEqual([1, 4]);
    });

    it('is left unsigned when the log is full, and signing in goes on', async () => {
      const ada = await api.newUser();
      await fill(ada);
      const { status, body } = await signIn(ada, keyedDevice().device);
      expect([status, body.device.key_statement]).toEqual([200, null]);
    });

    /** A user signed in on a device; everything that `signIn` answers, and the user who sends its token. */
    async function signedIn({ id, email }: { id: string; email: string }, device: object) {
      const { body } = await api.http.post('/auth/login', { email, password: PASSWORD, device });
      return { user: new TestUser(api.http.base, id, email, body), device: body.device };
    }
  });

  /** As many statements as a log takes before it has no room for devices; what they say is of no matter here. */
  const fill = ({ id }: TestUser) =>
    api.database.look(
      `INSERT INTO key_log (user_id, n, type, device_id, statement)
       SELECT user_id, more, 1, NULL, statement FROM key_log, generate_series(2, 5000) AS more WHERE user_id = $1 AND n = 1`,
      [id],
    );

  describe('in the e2e tier', () => {
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
      await fill(eve);
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
});

/** Any sound key, with its highest byte zero. */
function keyedDeviceKey(): Uint8Array {
  return new Uint8Array(32).fill(9).with(31, 0);
}

/** The same signature with S + L: RFC 8032 refuses it. */
function withLargerS(statement: Uint8Array): Uint8Array {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const at = statement.length - 32;
  const s = statement.slice(at).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n) + order;
  const changed = statement.slice();
  for (let i = 0; i < 32; i++) changed[at + i] = Number((s >> BigInt(8 * i)) & 0xffn);
  return changed;
}
