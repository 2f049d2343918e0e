import { createId, type E2eSignUp } from '@daybook/sdk/crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type E2eTestUser, type TestUser, useApi } from './harness/api.js';
import { atTheLimit, type BadBody, MARKER, misshapen, unreadable, values } from './harness/bad-bodies.js';
import { sealedChange, sealedDraft } from './harness/entries.js';
import type { Answer } from './harness/http.js';
import { newFile } from './harness/media.js';
import { operations } from './harness/openapi.js';
import { expectProblem, pointersOf } from './harness/problems.js';

const BASE = '/api/v1';
/** An answer to bad input is a few sentences: who sends a lot may not get more back. */
const ANSWER_BYTES_MAX = 64 * 1024;
const withBody = operations().filter(({ hasBody }) => hasBody);

type Json = Record<string, unknown>;

/** Operations with no field that has to be there: an empty object is no fault. */
const allOptional = new Set([
  'PATCH /api/v1/auth/me',
  'POST /api/v1/auth/recovery-codes',
  'PATCH /api/v1/entries/{id}',
  'POST /api/v1/entries/query',
  'POST /api/v1/entries/{id}/versions/{version}/revert',
  'POST /api/v1/inbox/{id}/accept',
  'POST /api/v1/media/{id}/complete',
]);
/** Operations that take 4 MiB; the others take one. */
const large = new Set(['POST /api/v1/entries/batch']);
/** Operations that turn the other tier away before they look at the body. */
const forE2e = new Set(withBody.filter(({ tier }) => tier === 'e2e').map(({ name }) => name));
const isEmptyObject = (body: string | Uint8Array) => typeof body === 'string' && body.replace('\uFEFF', '') === '{}';

describe('bad input', () => {
  const api = useApi();
  let ada: TestUser;
  let eve: E2eTestUser;
  let signUp: E2eSignUp;

  beforeAll(async () => {
    [ada, eve] = [await api.newUser(), await api.newE2eUser()];
    signUp = (await api.newE2eAccount()).signUp;
  });

  const device = { device_name: MARKER, device_type: 'web', platform: MARKER, public_key: `CQ${'A'.repeat(41)}` };
  /** For every operation a body that it would accept but for one fault, with the marker wherever a text may be. */
  const nearlySound: Record<string, () => Json[]> = {
    'POST /api/v1/auth/signup': () => [
      { tier: 'uce', email: 'x@example.com', password: MARKER, device, mode: 'bearer' },
      { ...signUp, device },
    ],
    'POST /api/v1/auth/prelogin': () => [{ email: 'x@example.com' }],
    'POST /api/v1/auth/login': () => [
      { email: 'x@example.com', password: MARKER, device, mode: 'bearer' },
      { tier: 'e2e', email: 'x@example.com', password: signUp.password, device, mode: 'bearer' },
    ],
    'POST /api/v1/auth/refresh': () => [{ refresh_token: MARKER }],
    'PATCH /api/v1/auth/me': () => [{ display_name: MARKER, time_zone: 'Europe/Vienna', locale: 'de' }],
    'POST /api/v1/auth/change-password': () => [
      { current_password: MARKER, new_password: `${MARKER} and more` },
      {
        current_password: signUp.password,
        new_password: signUp.password,
        keys: { kdf: signUp.kdf, slot: signUp.keys.slot },
      },
    ],
    'POST /api/v1/auth/erase': () => [{ password: MARKER }],
    'POST /api/v1/auth/change-email': () => [{ email: 'x@example.com', password: MARKER }],
    'POST /api/v1/auth/verify-email': () => [{ code: '000000' }],
    'POST /api/v1/auth/verify-recovery-code': () => [{ email: 'x@example.com', code: MARKER }],
    'POST /api/v1/auth/reset-password': () => [
      { recovery_token: MARKER, new_password: `${MARKER} and more`, mode: 'bearer' },
      { recovery_token: MARKER, new_password: signUp.password, keys: { kdf: signUp.kdf, slot: signUp.keys.slot } },
    ],
    'POST /api/v1/auth/recovery-codes': () => [{ recovery: signUp.recovery }],
    'POST /api/v1/auth/api-keys': () => [
      { name: MARKER, scopes: ['entries:read'], expires_at: '2020-01-01T00:00:00.000Z' },
    ],
    'POST /api/v1/auth/keys/log': () => [{ statement: signUp.keys.identity }],
    'PATCH /api/v1/auth/devices/{id}': () => [{ device_name: MARKER }],
    'POST /api/v1/media/upload': () => [newFile(ada).announced, newFile(eve).announced],
    'POST /api/v1/media/{id}/parts': () => [{ parts: [{ number: 1, sha256: 'A'.repeat(43) }] }],
    'POST /api/v1/media/{id}/complete': () => [{}],
    'POST /api/v1/entries': () => [
      { id: createId(), source: MARKER, external_id: MARKER, ...plain },
      { ...sealedDraft(eve), entry_date: '2026-11-21', kind: 'diary', source: MARKER, external_id: MARKER },
    ],
    'PUT /api/v1/entries/{id}': () => [plain, { ...sealed(), entry_date: '2026-11-21', kind: 'diary' }],
    'PATCH /api/v1/entries/{id}': () => [plain, { ...sealed(), entry_date: '2026-11-21', kind: 'diary' }],
    'POST /api/v1/entries/{id}/versions/{version}/revert': () => [sealed()],
    'POST /api/v1/search': () => [
      {
        query: MARKER,
        tags: [MARKER],
        mood: MARKER,
        from: '2026-01-01',
        to: '2026-12-31',
        sort: 'newest',
        limit: 1,
      },
    ],
    'POST /api/v1/entries/query': () => [
      {
        limit: 1,
        source: MARKER,
        kind: 'diary',
        tag_id: createId(),
        from: '2026-01-01',
        to: '2026-12-31',
        deleted: true,
        tags: [MARKER],
        mood: MARKER,
        location: MARKER,
      },
      { tag_tokens: [sealed().tag_tokens[0]] },
    ],
    'POST /api/v1/entries/batch': () => [{ entries: [plain] }, { entries: [sealedDraft(eve)] }],
    'POST /api/v1/entries/batch/get': () => [{ ids: [createId()] }],
    'PATCH /api/v1/entries/tags/{id}': () => [{ name: MARKER }],
    'POST /api/v1/integrations/facebook/callback': () => [{ code: MARKER, state: 'A'.repeat(43) }],
    'POST /api/v1/integrations/facebook/push': () => [{ entry_id: createId(), page_id: '1', text: MARKER }],
    'POST /api/v1/inbox': () => [{ ...plain, source: MARKER, external_id: MARKER }, arrival()],
    'POST /api/v1/inbox/{id}/accept': () => [acceptance()],
  };

  const plain = {
    kind: 'daily_reflection',
    entry_date: '2026-11-21',
    title: MARKER,
    content: MARKER,
    mood: MARKER,
    tags: [MARKER],
    location: { name: MARKER, latitude: 1, longitude: 1 },
    data: { learned: MARKER },
    language: 'de',
  };
  const sealed = () => {
    const before = { ...sealedDraft(eve), version: 1 };
    return { ...sealedChange(eve, before, {}, { withNewKey: true }), tag_tokens: ['AAAAAAAAAAAAAAAAAAAAAA'] };
  };

  const acceptance = () => {
    const { sealed, wrapped_key } = sealedDraft(eve);
    return { kind: 'note', entry_date: '2026-11-21', sealed, wrapped_key };
  };
  const arrival = () => {
    const { id, sealed } = sealedDraft(eve);
    return { id, kind: 'note', sealed, boxed_key: 'A'.repeat(235) };
  };

  const send = (name: string, body: string | Uint8Array, headers: Record<string, string> = {}): Promise<Answer> => {
    const [method = '', pattern = ''] = name.split(' ');
    const path = pattern.replace('{id}', createId()).replace('{version}', '1');
    const isSealed = typeof body === 'string' && /"(sealed|tag_tokens|wrapped_key)"/.test(body);
    const user = isSealed || forE2e.has(name) ? eve : ada;
    return user.send(method, path.slice(BASE.length), body, { headers });
  };

  /** A whole problem that repeats nothing and is not larger than it has to be. */
  function expectRefusal(answer: Answer, status: number): void {
    expectProblem(answer, status);
    expect(answer.text).not.toContain(MARKER);
    expect(answer.text.length).toBeLessThan(ANSWER_BYTES_MAX);
    if (status === 422) {
      expect(pointersOf(answer).length).toBeGreaterThan(0);
      for (const { pointer, detail } of answer.body.errors) {
        expect(pointer).toMatch(/^#(\/|$)/);
        expect(detail).toMatch(/\w/);
      }
    }
  }

  it('is tried on every operation that takes a body', () => {
    expect(Object.keys(nearlySound).toSorted()).toEqual(withBody.map(({ name }) => name).toSorted());
  });

  describe.each(withBody)('to $name', ({ name }) => {
    const all = [...unreadable, ...misshapen, ...atTheLimit(large.has(name) ? 4 : 1)];
    const bad = all.filter(({ body }) => !(allOptional.has(name) && isEmptyObject(body)));
    it.each<BadBody>(bad)('is refused: $what', async ({ body, status }) => {
      expectRefusal(await send(name, body), status);
    });

    it('is refused: a value of another type, in any place', async () => {
      for (const sound of nearlySound[name]?.() ?? [])
        for (const field of Object.keys(sound))
          for (const value of values) {
            const answer = await send(name, JSON.stringify({ ...sound, [field]: value }));
            expect([field, value, answer.status]).not.toEqual([field, value, 500]);
            if (answer.status === 422) expectRefusal(answer, 422);
            else if (answer.status >= 400) expect(answer.text).not.toContain(MARKER);
          }
    });

    it('is refused by name: a field that there is not', async () => {
      for (const sound of nearlySound[name]?.() ?? [])
        for (const field of ['colour', 'constructor', 'toString', 'hasOwnProperty', 'a/b~c', ''])
          for (const value of [MARKER, { x: MARKER }]) {
            const answer = await send(name, JSON.stringify({ ...sound, [field]: value }));
            expectRefusal(answer, 422);
            const escaped = field.replaceAll('~', '~0').replaceAll('/', '~1');
            expect(pointersOf(answer)).toEqual([`#/${escaped}`]);
          }
    });

    it.each([
      ['text/plain'],
      ['application/x-www-form-urlencoded'],
      ['multipart/form-data; boundary=x'],
      ['text/json'],
      ['application/jsonp'],
      ['application/xml'],
      ['application/merge-patch+json'],
      ['application/json, text/plain'],
      ['nonsense'],
      [''],
    ])('is refused: a body that says it is "%s"', async (type) => {
      expectRefusal(await send(name, JSON.stringify({ x: MARKER }), { 'content-type': type }), 415);
    });

    it('is refused: a body that does not say what it is', async () => {
      const [method = '', path = ''] = name.split(' ');
      const body = new Blob([JSON.stringify({ x: MARKER })]);
      const headers = { authorization: `Bearer ${ada.accessToken}` };
      const response = await fetch(api.origin + path, { method, headers, body });
      const text = await response.text();
      expectRefusal(
        { ...response, status: response.status, headers: response.headers, text, body: JSON.parse(text) },
        415,
      );
    });

    it('may say that it is JSON in any capitals, with a charset', async () => {
      for (const type of ['Application/JSON', 'application/json; charset=utf-8', 'application/json;charset="UTF-8"'])
        expectRefusal(await send(name, '[]', { 'content-type': type }), 422);
    });

    it('is refused: compressed', async () => {
      const answer = await send(name, '{}', { 'content-encoding': 'gzip' });
      expectRefusal(answer, 415);
    });
  });
});
