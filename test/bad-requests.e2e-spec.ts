import { beforeAll, describe, expect, it } from '@jest/globals';
import { type TestUser, useApi } from './harness/api.js';
import { MARKER } from './harness/bad-bodies.js';
import type { Answer } from './harness/http.js';
import { expectInvalid, expectProblem } from './harness/problems.js';
import { type RawAnswer, sendRaw } from './harness/raw-http.js';

describe('an address', () => {
  const api = useApi();
  let ada: TestUser;

  beforeAll(async () => {
    ada = await api.newUser();
  });

  const expectRefusal = (answer: Answer, status: number, type?: string) => {
    expectProblem(answer, status, type);
    expect(answer.text).not.toContain(MARKER);
  };

  it.each([`/entries/%zz`, `/entries/${MARKER}%`, `/%E0%A4%A${MARKER}`, '/entries/%C0%AE', '/%'])(
    'with percent signs that mean nothing is refused: %s',
    async (path) => {
      expectRefusal(await ada.get(path), 400, 'request/malformed');
    },
  );

  it.each(['%00', `${MARKER}%00`, '%2e%2e%2f', '..%2f..%2fme', `'; DROP TABLE entries; -- ${MARKER}`, '%F0%9F%98%80'])(
    'with something in place of an id is refused: %s',
    async (id) => {
      expectInvalid(await ada.get(`/entries/${id}`), '#/path/id');
    },
  );

  it('with a very long part is refused', async () => {
    expectRefusal(await ada.get(`/entries/${MARKER.repeat(300)}`), 414, 'request/uri-too-long');
  });

  it.each([
    ['GET', '/nothing-here'],
    ['GET', `/${MARKER}`],
    ['GET', '/entries/'],
    ['GET', '/entries/a/b'],
    ['GET', '//entries'],
    ['GET', '/Entries'],
    ['GET', '/auth/login'],
    ['DELETE', '/entries'],
    ['PUT', '/auth/login'],
    ['PATCH', '/auth/signup'],
    ['POST', '/auth/me'],
    ['OPTIONS', '/entries'],
    ['GET', '/../../etc/passwd'],
    ['GET', '/__proto__'],
    ['GET', '/constructor'],
  ])('that is none is refused: %s %s', async (method, path) => {
    expectRefusal(await ada.send(method, path, undefined), 404, 'request/no-such-route');
  });

  it('that is none is refused in the same words to whoever is not signed in', async () => {
    expectRefusal(await api.http.get(`/${MARKER}`), 404, 'request/no-such-route');
    expectRefusal(await api.http.post(`/${MARKER}`, { x: MARKER }), 404, 'request/no-such-route');
  });

  it.each([
    ['limit=1&limit=2', '#/query/limit'],
    [`limit=${MARKER}`, '#/query/limit'],
    [`cursor=${MARKER}`, '#/query/cursor'],
    ['cursor=%zz', '#/query/cursor'],
    ['cursor=%00', '#/query/cursor'],
    [`cursor=a&cursor=${MARKER}`, '#/query/cursor'],
    [`offset=${MARKER}`, '#/query/offset'],
    [`__proto__=${MARKER}`, '#/query/__proto__'],
    [`constructor=${MARKER}`, '#/query/constructor'],
    ['=', '#/query/'],
  ])('with bad parameters is refused: ?%s', async (query, pointer) => {
    const answer = await ada.get(`/entries?${query}`);
    expectInvalid(answer, pointer);
    expect(answer.text).not.toContain(MARKER);
  });

  it('may be asked with HEAD, which is closed as well', async () => {
    expect((await ada.send('HEAD', '/auth/me', undefined)).status).toBe(200);
    expect((await api.http.send('HEAD', '/auth/me', undefined)).status).toBe(401);
  });

  it('of what takes no body takes a request that says it is JSON and has none', async () => {
    const eve = await api.newE2eUser();
    const answer = await eve.send('POST', '/auth/logout', undefined, {
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(204);
  });
});

describe('what is not HTTP', () => {
  const api = useApi();
  const raw = (...lines: string[]) => sendRaw(api.origin, `${lines.join('\r\n')}\r\n\r\n`);

  /** A whole problem too, though there was no request to answer. */
  function expectRefusal({ status, contentType, body }: RawAnswer, expected: number): void {
    expect([status, contentType]).toEqual([expected, 'application/problem+json']);
    expect(JSON.parse(body)).toMatchObject({
      type: expect.any(String),
      title: expect.any(String),
      status: expected,
      detail: expect.any(String),
      instance: expect.stringMatching(/^urn:uuid:/),
    });
    expect(body).not.toContain(MARKER);
  }

  it.each<[string, string[]]>([
    ['nonsense', [MARKER]],
    ['a method that there is not', [`${MARKER} / HTTP/1.1`, 'Host: x']],
    ['a version that there is not', ['GET / HTTP/9.9', 'Host: x']],
    ['TLS on a plain port', ['\x16\x03\x01\x02\x00\x01\x00\x01']],
    [
      'two different lengths',
      ['POST /api/v1/auth/login HTTP/1.1', 'Host: x', 'Content-Length: 2', 'Content-Length: 3'],
    ],
    ['a length and chunks', ['POST / HTTP/1.1', 'Host: x', 'Content-Length: 2', 'Transfer-Encoding: chunked']],
    ['a length that is no number', ['POST / HTTP/1.1', 'Host: x', `Content-Length: ${MARKER}`]],
    ['a header with a line in it', ['GET / HTTP/1.1', 'Host: x', `X: a\n${MARKER}`]],
    ['a NUL in a header', ['GET / HTTP/1.1', 'Host: x', `X: \0${MARKER}`]],
  ])('is refused: %s', async (_what, lines) => {
    expectRefusal(await raw(...lines), 400);
  });

  it('is refused: an address with characters that have to be escaped', async () => {
    const { status } = await raw(`GET /api/v1/entries/ ${MARKER} HTTP/1.1`, 'Host: x', 'Connection: close');
    expect(status).toBe(400);
  });

  it('is refused: more headers than are read', async () => {
    const header = `X: ${MARKER}${'x'.repeat(20_000)}`;
    expectRefusal(await raw('GET /health/live HTTP/1.1', 'Host: x', header), 431);
  });

  it('is refused: an address longer than the headers may be', async () => {
    expectRefusal(await raw(`GET /${MARKER}${'x'.repeat(20_000)} HTTP/1.1`, 'Host: x'), 431);
  });

  it('does no harm to those who come after', async () => {
    await Promise.all(Array.from({ length: 20 }, () => raw(MARKER)));
    expect((await api.http.get('/nothing-here')).status).toBe(404);
    const { status } = await sendRaw(api.origin, 'GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(status).toBe(200);
  });

  it('is answered although the body never comes: a length that promises too much', async () => {
    const head = ['POST /api/v1/auth/login HTTP/1.1', 'Host: x', 'Content-Type: application/json', 'Connection: close'];
    const { status } = await raw(...head, 'Content-Length: 9999999999');
    expect(status).toBe(413);
  });
});
