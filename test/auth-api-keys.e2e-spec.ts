import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { readKey, writeKey } from '../src/modules/auth/api-keys/key-text.js';
import { scopes } from '../src/platform/http/scopes.js';
import { PASSWORD, type TestUser, useApi } from './harness/api.js';
import { isOpen } from './harness/openapi.js';

interface Operation {
  readonly security: readonly object[];
  readonly 'x-api-key-scope'?: string;
}
const { paths }: { paths: Record<string, Record<string, Operation>> } = JSON.parse(
  readFileSync('openapi.json', 'utf8'),
);

/** Every closed operation of the contract, with a path that goes nowhere and the scope that opens it to keys. */
const operations = Object.entries(paths).flatMap(([path, item]) =>
  Object.entries(item)
    .filter(([, { security }]) => !isOpen(security))
    .map(([method, operation]) => ({
      method: method.toUpperCase(),
      path: path.replace('/api/v1', '').replaceAll(/\{\w+\}/g, '019a0000-0000-7000-8000-000000000000'),
      scope: operation['x-api-key-scope'],
    })),
);

describe('an API key', () => {
  const api = useApi();
  const make = async (user: TestUser, allowed: readonly string[], more = {}) =>
    (await user.post('/auth/api-keys', { name: 'script', scopes: allowed, ...more })).body;

  it('reads and writes the diary of its owner, by its scopes', async () => {
    const ada = await api.newUser();
    const { key } = await make(ada, ['entries:read', 'entries:write']);
    const written = await api.http.post('/entries', { content: 'By a script.' }, { token: key });
    expect(written.status).toBe(201);
    expect((await api.http.get(`/entries/${written.body.id}`, { token: key })).body.content).toBe('By a script.');
    expect((await ada.get(`/entries/${written.body.id}`)).body.content).toBe('By a script.');
  });

  it('is listed without what opens anything, and refused once it is revoked', async () => {
    const ada = await api.newUser();
    const { key, id } = await make(ada, ['entries:read']);
    expect((await api.http.get('/entries', { token: key })).status).toBe(200);
    const { text, body } = await ada.get('/auth/api-keys');
    expect(text).not.toContain(key);
    expect(body.data).toEqual([
      expect.objectContaining({
        id,
        name: 'script',
        scopes: ['entries:read'],
        prefix: expect.stringMatching(/^dbk_…\w{4}$/),
        last_used_at: expect.any(String),
      }),
    ]);
    expect((await ada.send('DELETE', `/auth/api-keys/${id}`, undefined)).status).toBe(204);
    expect((await api.http.get('/entries', { token: key })).status).toBe(401);
    expect((await ada.send('DELETE', `/auth/api-keys/${id}`, undefined)).status).toBe(404);
  });

  it('for the inbox alone has no slot: it can open nothing', async () => {
    const ada = await api.newUser();
    const { id } = await make(ada, ['inbox:write']);
    expect(await api.database.look('SELECT FROM slots WHERE user_id = $1 AND id = $2', [ada.id, id])).toEqual([]);
    const { id: reading } = await make(ada, ['inbox:write', 'entries:read']);
    expect(await api.database.look('SELECT FROM slots WHERE user_id = $1 AND id = $2', [ada.id, reading])).toHaveLength(
      1,
    );
  });

  it('expires when it was said to, and cannot be made for the past', async () => {
    const ada = await api.newUser();
    const at = (milliseconds: number) => new Date(Date.now() + milliseconds).toISOString();
    const late = await ada.post('/auth/api-keys', { name: 'x', scopes: ['entries:read'], expires_at: at(-60_000) });
    expect(late.body).toMatchObject({ status: 422, errors: [{ pointer: '#/expires_at' }] });
  });

  it('needs the password to have been given a moment ago, and there are twenty at most', async () => {
    const ada = await api.newUser();
    for (let count = 0; count < 20; count++) await make(ada, ['entries:read']);
    const more = await ada.post('/auth/api-keys', { name: 'x', scopes: ['entries:read'] });
    expect(more.body).toMatchObject({ status: 409, type: 'auth/too-many-api-keys', limit: 20 });
  });

  it('goes on after the password was changed, and is gone after a reset by recovery code', async () => {
    const ada = await api.newUser();
    const { key } = await make(ada, ['entries:read']);
    const change = { current_password: PASSWORD, new_password: 'a windy monday with tea' };
    expect((await ada.post('/auth/change-password', change)).body.api_keys_kept).toBe(1);
    expect((await api.http.get('/entries', { token: key })).status).toBe(200);
    const { body } = await api.http.post('/auth/verify-recovery-code', {
      email: ada.email,
      code: ada.signedUp.recovery_codes[0],
    });
    await api.http.post('/auth/reset-password', { recovery_token: body.recovery_token, new_password: PASSWORD });
    expect((await api.http.get('/entries', { token: key })).status).toBe(401);
  });

  it('of an e2e account brings ciphertext, and no key', async () => {
    const ada = await api.newE2eUser();
    const { key } = await make(ada, ['entries:read']);
    expect((await api.http.get('/entries', { token: key })).status).toBe(200);
    expect(await api.database.look(`SELECT FROM slots WHERE user_id = $1 AND kind = 'api_key'`, [ada.id])).toEqual([]);
  });

  it('opens exactly the routes of its scope: every route against every scope', async () => {
    const ada = await api.newUser();
    const keys = new Map(
      await Promise.all(scopes.map(async (scope) => [scope, (await make(ada, [scope])).key] as const)),
    );
    for (const { method, path, scope } of operations)
      for (const [name, key] of keys) {
        const { status, body } = await api.http.send(method, path, method === 'GET' ? undefined : '{}', { token: key });
        const isRefused = status === 403 && body?.type === 'auth/insufficient-scope';
        expect([method, path, name, isRefused]).toEqual([method, path, name, scope !== name]);
      }
  });

  it.each([
    [
      'another secret',
      (key: string) => key.replace(/_(.)(?=[^_]{51}_)/, (_all, first: string) => `_${first === '0' ? '1' : '0'}`),
    ],
    ['a check that does not fit', (key: string) => key.slice(0, -1) + (key.endsWith('0') ? '1' : '0')],
    ['capitals', (key: string) => key.toUpperCase()],
    ['something behind it', (key: string) => `${key}0`],
    ['no check', (key: string) => key.slice(0, -8)],
  ])('is refused with %s, like no token at all', async (_name, spoil) => {
    const ada = await api.newUser();
    const { key } = await make(ada, ['entries:read']);
    expect((await api.http.get('/entries', { token: spoil(key) })).body.type).toBe('auth/signed-out');
  });

  it('has one spelling, and reads back as what it was made of', async () => {
    const ada = await api.newUser();
    const { key } = await make(ada, ['entries:read']);
    const read = readKey(key);
    expect(read?.userId).toBe(ada.id);
    expect(read && writeKey(read)).toBe(key);
    expect(key).toMatch(/^dbk_[0-9a-hjkmnp-tv-z]{26}_[0-9a-hjkmnp-tv-z]{52}_[0-9a-hjkmnp-tv-z]{7}$/);
  });
});
