import { randomBytes } from 'node:crypto';
import { fromBase64url, kdfDefaults, normalizePassword, passwordRoot, toBase64url } from '@daybook/sdk/crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { Expiry } from '../../src/modules/auth/sessions/expiry.js';
import { nativeArgon2, PASSWORD, type TestApi, type TestUser, useApi } from '../harness/api.js';
import { type Dump, poolOf, redisTexts, takeDump } from '../harness/dump.js';
import { SlotAttack } from '../harness/slot-attack.js';

const HOUR_MS = 60 * 60 * 1000;
/** Everything at once is tried some hundred thousand times. */
const ATTACK_MS_MAX = 120_000;

const redisUrl = process.env['REDIS_URL'] || undefined;
const prefix = `test-${randomBytes(6).toString('hex')}`;
const onRedis = { QUEUE_PREFIX: prefix, LIMITS: 'on', LIMITS_FACTOR: '1000' };
const options = { withWorkers: true, environment: redisUrl === undefined ? {} : { REDIS_URL: redisUrl, ...onRedis } };

/** What the user has, and the server only while a request brings it. */
interface Held {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** The one before. */
  readonly usedRefreshToken: string;
  readonly apiKey: string;
  readonly apiKeyForAnHour: string;
  readonly recoveryCode: string;
  readonly recoveryToken: string;
}

/** Somebody with everything that a user can have at once; `held` is of the second of two sessions. */
async function live(api: TestApi): Promise<{ user: TestUser; held: Held }> {
  const user = await api.newUser();
  const { email, signedUp } = user;
  await user.post('/entries', { title: 'First snow', content: 'Woke up to a white garden.' });
  await user.post('/auth/change-email', { email: `new-${email}`, password: PASSWORD });
  const device = { device_name: 'telephone', device_type: 'mobile', platform: 'android' };
  const { body: other } = await api.http.post('/auth/login', { email, password: PASSWORD, device });
  const usedRefreshToken: string = other.tokens.refresh_token;
  const { body: refreshed } = await api.http.post('/auth/refresh', { refresh_token: usedRefreshToken });
  const makeKey = async (more: object) => (await user.post('/auth/api-keys', { name: 'script', ...more })).body.key;
  await makeKey({ scopes: ['inbox:write'] });
  const [used, recoveryCode] = signedUp.recovery_codes;
  const { body: checked } = await api.http.post('/auth/verify-recovery-code', { email, code: used });
  const held = {
    accessToken: refreshed.tokens.access_token,
    refreshToken: refreshed.tokens.refresh_token,
    usedRefreshToken,
    apiKey: await makeKey({ scopes: ['entries:read', 'entries:write'] }),
    apiKeyForAnHour: await makeKey({ scopes: ['entries:read'], expires_at: new Date(Date.now() + HOUR_MS) }),
    recoveryCode,
    recoveryToken: checked.recovery_token,
  };
  return { user, held };
}

/** What Argon2id makes of the password, in base64url. */
async function rootOf({ database }: TestApi, { id }: TestUser): Promise<string> {
  const sql = `SELECT salt FROM slots WHERE user_id = $1 AND kind = 'password'`;
  const [slot] = await database.look<{ salt: Buffer }>(sql, [id]);
  const salt = slot?.salt ?? Buffer.alloc(16);
  return toBase64url(await passwordRoot(normalizePassword(PASSWORD), salt, kdfDefaults.server, nativeArgon2));
}

const secretsOf = (api: TestApi): Buffer[] =>
  Object.entries(api.environment())
    .filter(([name]) => /_(KEYS|PEPPERS)$/.test(name))
    .flatMap(([, list]) => list.split(',').map((pair) => Buffer.from(fromBase64url(pair.split(':')[1] ?? ''))));

/** Everything in the database and the queues, and what the server was started with. */
async function take(api: TestApi): Promise<Dump> {
  const dump = await takeDump(api.database);
  const inRedis = await withRedis((redis) => redisTexts(redis, prefix));
  return { ...dump, texts: [...dump.texts, ...(inRedis ?? []), ...Object.values(api.environment())] };
}

async function withRedis<T>(work: (redis: Redis) => Promise<T>): Promise<T | undefined> {
  if (redisUrl === undefined) return undefined;
  const redis = new Redis(redisUrl);
  try {
    return await work(redis);
  } finally {
    await redis.quit();
  }
}

/** What the operator's secrets and `texts` open of a dump. */
const openedWith = (api: TestApi, { slots, entries }: Dump, ...texts: string[]): string[] =>
  new SlotAttack({ slots, entries }, secretsOf(api)).open(poolOf(texts));

/** The same, with whatever is in the dump itself too. */
function openedByAll(api: TestApi, dump: Dump, ...texts: string[]): string[] {
  const attack = new SlotAttack(dump, secretsOf(api));
  const opened = attack.open(poolOf([...dump.texts, ...texts], secretsOf(api)));
  expect(attack.tries).toBeGreaterThan(100_000);
  return opened;
}

afterAll(async () => {
  await withRedis(async (redis) => {
    const keys = [...(await redis.keys(`{${prefix}}*`)), ...(await redis.keys(`${prefix}*`))];
    if (keys.length > 0) await redis.del(keys);
  });
});

describe('a copy of the database, the queues and every secret of the operator', () => {
  const api = useApi(options);
  let ada: TestUser;
  let held: Held;
  let dump: Dump;

  beforeAll(async () => {
    ({ user: ada, held } = await live(api));
    dump = await take(api);
  });

  it('holds a slot of every kind, every operator secret, and much that looks like a key', () => {
    expect(new Set(dump.slots.map(({ kind }) => kind))).toEqual(
      new Set(['password', 'recovery', 'refresh', 'access', 'grace', 'reset', 'api_key']),
    );
    expect(secretsOf(api).length).toBeGreaterThanOrEqual(3);
    const { fields, parts, windows } = poolOf(dump.texts);
    for (const list of [fields, parts, windows]) expect(list.length).toBeGreaterThan(100);
    const known = new Set(fields.map((bytes) => bytes.toString('hex')));
    for (const secret of secretsOf(api)) expect(known).toContain(secret.toString('hex'));
  });

  it(
    'opens nothing, not even of somebody who is signed in',
    () => {
      expect(openedByAll(api, dump)).toEqual([]);
    },
    ATTACK_MS_MAX,
  );

  it.each<[string, (own: Held) => string, string[]]>([
    ['an access token', (own) => own.accessToken, ['access', 'content']],
    ['a refresh token', (own) => own.refreshToken, ['content', 'refresh']],
    ['a refresh token that was just used', (own) => own.usedRefreshToken, ['content', 'grace', 'refresh']],
    ['an API key', (own) => own.apiKey, ['api_key', 'content']],
    ['a recovery code', (own) => own.recoveryCode, ['content', 'recovery']],
    ['a recovery token', (own) => own.recoveryToken, ['content', 'reset']],
  ])('opens the diary together with %s: the attack finds what there is to be found', (_what, secretOf, opened) => {
    expect(openedWith(api, dump, secretOf(held))).toEqual(opened);
  });

  it('opens the diary together with the password, at one run of Argon2id', async () => {
    expect(openedWith(api, dump, await rootOf(api, ada))).toEqual(['content', 'password']);
  });
});

describe('a copy that is taken after the tokens have expired', () => {
  const api = useApi(options);

  it(
    'opens nothing together with them, once the hourly deletion has run; before, as the documents say, it does',
    async () => {
      const { user, held } = await live(api);
      api.advance(HOUR_MS + 1);
      for (const token of [held.accessToken, held.apiKeyForAnHour])
        expect((await api.http.get('/entries', { token })).status).toBe(401);
      // docs/crypto.md, Threat model and limits: refused at once, deleted every hour, and in between …
      const between = await take(api);
      expect(openedWith(api, between, held.accessToken)).toEqual(['access', 'content']);
      expect(openedWith(api, between, held.usedRefreshToken)).toEqual(['content', 'grace', 'refresh']);

      // To PostgreSQL no time has passed yet.
      for (const table of ['slots', 'sessions', 'recovery_tokens', 'api_keys'])
        await api.database.look(`UPDATE ${table} SET expires_at = expires_at - interval '61 minutes'`);
      expect(await api.get(Expiry).run()).toBeGreaterThan(0);
      const after = await take(api);
      const { accessToken, usedRefreshToken, recoveryToken, apiKeyForAnHour } = held;
      const expired = [accessToken, usedRefreshToken, recoveryToken, apiKeyForAnHour, user.accessToken];
      expect(openedByAll(api, after, ...expired)).toEqual([]);
      // What has not expired still opens: it is the rows that are gone.
      expect(openedWith(api, after, held.refreshToken)).toEqual(['content', 'refresh']);
      expect(openedWith(api, after, held.apiKey)).toEqual(['api_key', 'content']);
    },
    ATTACK_MS_MAX,
  );
});

describe('a copy that is taken after a session has ended', () => {
  const api = useApi(options);

  it(
    'opens nothing together with its tokens, though they have not expired',
    async () => {
      const { user, held } = await live(api);
      await user.post('/auth/logout', undefined, { token: held.accessToken });
      const { accessToken, refreshToken, usedRefreshToken } = held;
      const left = await take(api);
      expect(openedWith(api, left, accessToken, refreshToken, usedRefreshToken)).toEqual([]);
      expect(openedWith(api, left, user.accessToken)).toEqual(['access', 'content']);
      await user.post('/auth/logout-all');
      const tokens = [accessToken, refreshToken, usedRefreshToken, user.accessToken, user.refreshToken];
      expect(openedByAll(api, await take(api), ...tokens)).toEqual([]);
    },
    ATTACK_MS_MAX,
  );

  it('opens nothing together with the tokens and the password from before the password was changed', async () => {
    const { user, held } = await live(api);
    const root = await rootOf(api, user);
    const change = { current_password: PASSWORD, new_password: 'a windy monday with tea' };
    const { body: changed } = await user.post('/auth/change-password', change);
    const after = await take(api);
    const tokens = [held.accessToken, held.refreshToken, held.usedRefreshToken, user.accessToken, user.refreshToken];
    expect(openedWith(api, after, ...tokens, root)).toEqual([]);
    expect(openedWith(api, after, changed.tokens.access_token)).toEqual(['access', 'content']);
  });
});
