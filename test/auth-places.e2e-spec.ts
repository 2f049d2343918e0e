import { describe, expect, it } from '@jest/globals';
import { PASSWORD, useApi } from './harness/api.js';

const phone = { device_name: 'Phone', device_type: 'mobile', platform: 'ios' };
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

describe('where somebody is signed in', () => {
  const api = useApi();
  const signIn = async (email: string, more = {}) =>
    (await api.http.post('/auth/login', { email, password: PASSWORD, ...more }, { headers: { 'user-agent': FIREFOX } }))
      .body.tokens.access_token;

  it('is listed with device and coarse user agent, and can be ended from elsewhere', async () => {
    const ada = await api.newUser();
    const token = await signIn(ada.email, { device: phone });
    const { body } = await ada.get('/auth/sessions');
    expect(body.data).toHaveLength(2);
    const onPhone = body.data.find(({ device }: { device: unknown }) => device !== null);
    expect(onPhone).toMatchObject({
      is_current: false,
      user_agent: 'Firefox on Linux',
      device: { device_name: 'Phone' },
    });
    expect((await ada.send('DELETE', `/auth/sessions/${onPhone.id}`, undefined)).status).toBe(204);
    expect((await api.http.get('/auth/me', { token })).status).toBe(401);
    expect((await ada.send('DELETE', `/auth/sessions/${onPhone.id}`, undefined)).status).toBe(404);
    expect((await ada.get('/auth/me')).status).toBe(200);
  });

  it('is told by mail when it is a new place, and only then', async () => {
    const ada = await api.newUser();
    const letters = async () =>
      (
        await api.database.look(`SELECT FROM outbox WHERE user_id = $1 AND event = 'auth.signed-in-elsewhere'`, [
          ada.id,
        ])
      ).length;
    await signIn(ada.email, { device: phone });
    expect(await letters()).toBe(1);
    await signIn(ada.email, { device: phone });
    expect(await letters()).toBe(1);
    await signIn(ada.email, { device: { ...phone, device_name: 'Another phone' } });
    expect(await letters()).toBe(2);
    // Without a device it is the coarse user agent that is known by now.
    await signIn(ada.email);
    expect(await letters()).toBe(2);
  });

  it('ends everywhere at once when asked to', async () => {
    const ada = await api.newUser();
    const token = await signIn(ada.email);
    expect((await ada.post('/auth/logout-all')).status).toBe(204);
    for (const old of [token, ada.accessToken])
      expect((await api.http.get('/auth/me', { token: old })).status).toBe(401);
    expect(
      await api.database.look('SELECT FROM slots WHERE user_id = $1 AND session_id IS NOT NULL', [ada.id]),
    ).toEqual([]);
  });

  it('is twenty places at most: the one that was unused longest ends', async () => {
    const ada = await api.newE2eUser();
    const login = { tier: 'e2e', email: ada.email, password: ada.account.signUp.password };
    for (let count = 0; count < 20; count++) {
      api.advance(1);
      expect((await api.http.post('/auth/login', login)).status).toBe(200);
    }
    expect((await ada.get('/auth/me')).status).toBe(401);
    expect(await api.database.look('SELECT FROM sessions WHERE user_id = $1', [ada.id])).toHaveLength(20);
  });

  it('includes devices, which can be renamed and forgotten with all their sessions', async () => {
    const ada = await api.newUser();
    const token = await signIn(ada.email, { device: phone });
    const { body } = await ada.get('/auth/devices');
    const [device] = body.data;
    expect(device).toMatchObject({ device_name: 'Phone', device_type: 'mobile', platform: 'ios' });
    const renamed = await ada.send('PATCH', `/auth/devices/${device.id}`, JSON.stringify({ device_name: 'Old phone' }));
    expect(renamed.body).toEqual({ ...device, device_name: 'Old phone' });
    expect((await ada.send('DELETE', `/auth/devices/${device.id}`, undefined)).status).toBe(204);
    expect((await api.http.get('/auth/me', { token })).status).toBe(401);
    for (const [method, text] of [
      ['PATCH', JSON.stringify({ device_name: 'x' })],
      ['DELETE', undefined],
    ] as const)
      expect((await ada.send(method, `/auth/devices/${device.id}`, text)).status).toBe(404);
  });
});

describe('what somebody is called', () => {
  const api = useApi();
  const patch = (user: { send: typeof api.http.send }, change: object) =>
    user.send('PATCH', '/auth/me', JSON.stringify(change));

  it('can be changed, field by field', async () => {
    const ada = await api.newUser();
    const changed = await patch(ada, { display_name: 'Ada', time_zone: 'Europe/Vienna' });
    expect(changed.body).toMatchObject({ display_name: 'Ada', time_zone: 'Europe/Vienna', locale: null });
    expect((await patch(ada, { display_name: null })).body).toMatchObject({
      display_name: null,
      time_zone: 'Europe/Vienna',
    });
    expect((await patch(ada, {})).body).toEqual((await ada.get('/auth/me')).body);
  });

  it.each([{ time_zone: 'Mars/Olympus' }, { locale: 'not a tag' }, { display_name: '' }, { tier: 'e2e' }])(
    'cannot be %j',
    async (change) => {
      const ada = await api.newUser();
      expect((await patch(ada, change)).status).toBe(422);
    },
  );

  it('never includes the tier: the database itself refuses to change that', async () => {
    const ada = await api.newUser();
    await expect(api.database.look(`UPDATE users SET tier = 'e2e' WHERE user_id = $1`, [ada.id])).rejects.toThrow(
      'passwords_tier',
    );
    await expect(api.database.look(`UPDATE passwords SET tier = 'e2e' WHERE user_id = $1`, [ada.id])).rejects.toThrow(
      'passwords_tier',
    );
  });

  it('has a key log that begins with the identity', async () => {
    const ada = await api.newE2eUser();
    const { body } = await ada.get('/auth/keys/log');
    expect(body).toEqual({ data: [{ n: 1, statement: ada.account.signUp.keys.identity }], next_cursor: null });
  });
});
