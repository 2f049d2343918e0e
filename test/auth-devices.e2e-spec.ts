import { signRevocationStatement, toBase64url } from '@daybook/sdk/crypto';
import { describe, expect, it } from '@jest/globals';
import { type E2eTestUser, PASSWORD, TestUser, useApi } from './harness/api.js';
import { eventually } from './harness/eventually.js';
import type { Answer } from './harness/http.js';
import { fillKeyLog, keyedDevice, keyLogOf, nextOf, statementsOf } from './harness/key-logs.js';
import { expectInvalid, expectProblem } from './harness/problems.js';

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
  const append = (user: TestUser, statement: Uint8Array) =>
    user.post('/auth/keys/log', { statement: toBase64url(statement) });

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
      await fillKeyLog(api.database, ada);
      const { status, body } = await signIn(ada, keyedDevice().device);
      expect([status, body.device.key_statement]).toEqual([200, null]);
    });

    /** A user signed in on a device; everything that `signIn` answers, and the user who sends its token. */
    async function signedIn({ id, email }: { id: string; email: string }, device: object) {
      const { body } = await api.http.post('/auth/login', { email, password: PASSWORD, device });
      return { user: new TestUser(api.http.base, id, email, body), device: body.device };
    }
  });
});

/** Any sound key, with its highest byte zero. */
function keyedDeviceKey(): Uint8Array {
  return new Uint8Array(32).fill(9).with(31, 0);
}
