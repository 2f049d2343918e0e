import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { PASSWORD, useApi } from './harness/api.js';
import { CHROMIUM, isChromiumThere, useChromium } from './harness/chromium.js';

const COOKIES = ['__Host-daybook_access', '__Secure-daybook_refresh'];

interface Sent {
  readonly url: string;
  readonly method?: string;
  readonly json?: object;
  readonly credentials?: 'include' | 'same-origin';
  readonly mode?: 'cors' | 'no-cors';
}

/** Runs in the page: status and body of one call, or what the browser said in place of an answer. */
async function call({ url, method = 'GET', json, ...how }: Sent) {
  const body = json && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(json) };
  try {
    const answer = await fetch(url, { method, ...how, ...body });
    return { status: answer.status, text: await answer.text() };
  } catch (error) {
    return { refused: String(error) };
  }
}

if (!isChromiumThere) it(`cookies were not tried in a browser: there is no chromium at ${CHROMIUM}`, () => {});

(isChromiumThere ? describe : describe.skip)('a session in the cookies of a browser', () => {
  const api = useApi();
  const chromium = useChromium();
  let other: Server;
  let email: string;
  let page: Page;

  const port = (server: Server) => (server.address() as AddressInfo).port;
  /** The server under the name that other origins on this machine do not have in common with it. */
  const home = () => `http://localhost:${new URL(api.origin).port}`;
  const url = (path: string) => `${home()}/api/v1${path}`;
  const sendFrom = (from: Page, sent: Sent) => from.evaluate(call, sent);

  beforeAll(async () => {
    other = createServer((_request, answer) => answer.writeHead(200, { 'content-type': 'text/html' }).end('<body>'));
    await once(other.listen(0, '127.0.0.1'), 'listening');
    email = (await api.newUser()).email;
  });
  afterAll(async () => {
    other.closeAllConnections();
    await new Promise((resolve) => void other.close(resolve));
  });

  beforeEach(async () => {
    page = await chromium.newPage();
    await page.goto(url('/docs'));
    const json = { email, password: PASSWORD, mode: 'cookie' };
    const { status } = await sendFrom(page, { url: url('/auth/login'), method: 'POST', json });
    expect(status).toBe(200);
  });

  const meStatus = async () => (await sendFrom(page, { url: url('/auth/me') })).status;

  it('is used by pages of the server’s own origin, refreshed, and ended; no script can read it', async () => {
    expect(await chromium.cookieNames()).toEqual(COOKIES);
    expect(await page.evaluate('document.cookie')).toBe('');
    const written = await sendFrom(page, { url: url('/entries'), method: 'POST', json: { content: 'From Chromium.' } });
    expect(written.status).toBe(201);
    const listed = await sendFrom(page, { url: url('/entries') });
    expect(listed.text).toContain('From Chromium.');
    expect(await sendFrom(page, { url: url('/auth/refresh'), method: 'POST' })).toEqual({ status: 200, text: '{}' });
    expect(await meStatus()).toBe(200);
    expect((await sendFrom(page, { url: url('/auth/logout'), method: 'POST' })).status).toBe(204);
    expect(await chromium.cookieNames()).toEqual([]);
    expect(await meStatus()).toBe(401);
  });

  it('is opened by an address that somebody types', async () => {
    const answer = await page.goto(url('/auth/me'));
    expect(answer?.status()).toBe(200);
  });

  it.each([
    ['another site', () => `http://127.0.0.1:${port(other)}`],
    ['a neighbour, for whom the browser sends the cookies along', () => `http://localhost:${port(other)}`],
  ])('is of no use to a page of %s', async (_who, origin) => {
    const stranger = await chromium.newPage();
    await stranger.goto(origin());
    const credentials = 'include';
    const json = { email, password: PASSWORD, mode: 'cookie' };
    const refused = { refused: expect.stringContaining('Failed to fetch') };
    expect(await sendFrom(stranger, { url: url('/auth/me'), credentials })).toEqual(refused);
    expect(await sendFrom(stranger, { url: url('/auth/login'), method: 'POST', json, credentials })).toEqual(refused);
    // What needs no leave beforehand does reach the server.
    for (const path of ['/auth/refresh', '/auth/logout-all'])
      expect(await sendFrom(stranger, { url: url(path), method: 'POST', credentials, mode: 'no-cors' })).toEqual(
        refused,
      );
    expect(await meStatus()).toBe(200);
    expect((await sendFrom(page, { url: url('/auth/refresh'), method: 'POST' })).status).toBe(200);
    await stranger.close();
  });
});
