import { describe, expect, it, jest } from '@jest/globals';
import { createApi } from '../../src/api.js';
import { DaybookProblem, SignedOut } from '../../src/problems.js';
import { Session } from '../../src/session.js';
import { MemorySessionStore } from '../../src/session-store.js';
import { Transport } from '../../src/transport.js';
import { type Answering, type Asked, Imagined, json, refusal, sessionAt, silence, tokens, url } from './imagined.js';

const minute = 60_000;
const isRefresh = ({ path }: Asked) => path === '/api/v1/auth/refresh';
const signedOut = () => refusal(401, 'auth/signed-out');
/** A server that knows only the `n`-th access token, and refreshes the tokens before. */
const knowing =
  (n: number): Answering =>
  (asked) => {
    if (isRefresh(asked)) return json(200, { tokens: tokens(n) });
    return asked.token === `Bearer access-${n}` ? json(200, { id: 'me' }) : signedOut();
  };

async function newSession(answer: Answering) {
  const imagined = new Imagined(answer);
  const store = new MemorySessionStore();
  const record = sessionAt(imagined.now());
  await store.save(record);
  const onEnd = jest.fn();
  const session = new Session({ record, store, transport: new Transport(imagined), around: imagined, onEnd });
  const api = createApi(url, (call, isRepeatable) => session.send(call, { isRepeatable }));
  const me = (signal?: AbortSignal) => api.GET('/api/v1/auth/me', signal ? { signal } : {});
  const refreshes = () => imagined.asked.filter(isRefresh);
  return { imagined, store, session, api, me, refreshes, onEnd };
}

describe('an access token that is refused', () => {
  it('is refreshed once for all calls in flight, and each of them is sent once more', async () => {
    const { imagined, me, refreshes, store } = await newSession(knowing(2));
    const answers = await imagined.run(Promise.all(Array.from({ length: 5 }, () => me())));
    expect(answers.map(({ response }) => response.status)).toEqual([200, 200, 200, 200, 200]);
    expect(refreshes().map(({ body }) => body)).toEqual(['{"refresh_token":"refresh-1"}']);
    expect(imagined.asked).toHaveLength(11);
    expect((await store.load())?.tokens.access_token).toBe('access-2');
  });

  it('is not refreshed again by a late 401 for a token that was replaced meanwhile', async () => {
    let answerLate = () => {};
    const late = new Promise<Response>((resolve) => (answerLate = () => resolve(signedOut())));
    const { imagined, me, refreshes } = await newSession((asked, n) => (n === 1 ? late : knowing(2)(asked, n)));
    const slow = me();
    await imagined.run(me());
    answerLate();
    expect((await imagined.run(slow)).response.status).toBe(200);
    expect(refreshes()).toHaveLength(1);
  });

  it('is refused for good when the new one is refused too', async () => {
    const { imagined, me } = await newSession((asked) =>
      isRefresh(asked) ? json(200, { tokens: tokens(2) }) : signedOut(),
    );
    expect((await imagined.run(me())).response.status).toBe(401);
    expect(imagined.asked).toHaveLength(3);
  });

  it('does not come into it where a password is what was wrong', async () => {
    const { imagined, me, refreshes } = await newSession(() => refusal(401, 'auth/invalid-credentials'));
    expect((await imagined.run(me())).response.status).toBe(401);
    expect(refreshes()).toHaveLength(0);
  });
});

describe('a refresh', () => {
  it('is made shortly before the token ends, and not earlier', async () => {
    const { imagined, me, refreshes } = await newSession((asked, n) => {
      return isRefresh(asked) ? knowing(2)(asked, n) : json(200, {});
    });
    imagined.pass(14 * minute);
    await imagined.run(me());
    expect(refreshes()).toHaveLength(0);
    imagined.pass(minute / 2);
    await imagined.run(me());
    expect(refreshes()).toHaveLength(1);
    expect(imagined.asked.at(-1)?.token).toBe('Bearer access-2');
  });

  it('is tried again within the 10 s in which the server answers the same token again', async () => {
    const triedAt: number[] = [];
    const { imagined, me } = await newSession((asked, n) => {
      if (isRefresh(asked) && triedAt.push(imagined.now()) === 1) return silence(asked);
      return knowing(2)(asked, n);
    });
    expect((await imagined.run(me())).response.status).toBe(200);
    const [first = 0, second = Number.POSITIVE_INFINITY] = triedAt;
    expect(second - first).toBeLessThan(5_000);
  });

  it('is tried again when the connection is lost', async () => {
    let tries = 0;
    const { imagined, me } = await newSession((asked, n) => {
      if (isRefresh(asked) && ++tries < 3) return new TypeError('fetch failed');
      return knowing(2)(asked, n);
    });
    imagined.jitter = 0.5;
    expect((await imagined.run(me())).response.status).toBe(200);
    expect(tries).toBe(3);
    expect(imagined.waits).toEqual([125, 250]);
  });

  it('that fails ahead of time is no matter as long as the token lives', async () => {
    const { imagined, me } = await newSession((asked) => {
      return isRefresh(asked) ? refusal(500, 'server/unexpected') : json(200, {});
    });
    imagined.pass(14.6 * minute);
    expect((await imagined.run(me())).response.status).toBe(200);
    imagined.pass(minute);
    await expect(imagined.run(me())).rejects.toThrow(DaybookProblem);
  });

  it('that is answered without tokens is a fault of the server, and nothing of the session is dropped', async () => {
    const { imagined, me, store } = await newSession((asked) => (isRefresh(asked) ? json(200, {}) : signedOut()));
    await expect(imagined.run(me())).rejects.toMatchObject({ name: 'AnswerRefused', reason: 'tokens' });
    expect((await store.load())?.tokens).toEqual(tokens(1));
  });

  it('that is refused signs the user out: tokens are dropped, and every call says so', async () => {
    const { imagined, me, store, session, onEnd } = await newSession((asked) =>
      isRefresh(asked) ? refusal(401, 'auth/invalid-refresh-token') : signedOut(),
    );
    const calls = await imagined.run(Promise.allSettled([me(), me(), me()]));
    for (const call of calls) expect(call).toMatchObject({ status: 'rejected', reason: { name: 'SignedOut' } });
    expect(await store.load()).toBeUndefined();
    await expect(me()).rejects.toThrow(SignedOut);
    expect(() => session.record).toThrow(SignedOut);
    expect(onEnd).toHaveBeenCalledTimes(1);
  });

  it('is not made where another client with the same store has made it', async () => {
    const { imagined, me, store, session, refreshes } = await newSession(knowing(2));
    await store.save({ ...session.record, tokens: tokens(2) });
    expect((await imagined.run(me())).response.status).toBe(200);
    expect(refreshes()).toHaveLength(0);
  });

  it('goes on for the others when one caller leaves', async () => {
    let answerRefresh = () => {};
    const answer = new Promise<Response>(
      (resolve) => (answerRefresh = () => resolve(json(200, { tokens: tokens(2) }))),
    );
    const { imagined, me } = await newSession((asked, n) => (isRefresh(asked) ? answer : knowing(2)(asked, n)));
    const leaving = new AbortController();
    const left = me(leaving.signal);
    const stayed = me();
    const untilRefresh = Promise.resolve().then(async () => {
      while (!imagined.asked.some(isRefresh)) await imagined.run(Promise.resolve());
    });
    await untilRefresh;
    leaving.abort(new Error('the user left'));
    await expect(left).rejects.toThrow('the user left');
    answerRefresh();
    expect((await imagined.run(stayed)).response.status).toBe(200);
  });
});

describe('a call with a sign-in of its own', () => {
  it('is sent as it is', async () => {
    const { imagined, api, refreshes } = await newSession(signedOut);
    const answer = await imagined.run(api.GET('/api/v1/auth/me', { headers: { authorization: 'Bearer dbk_1' } }));
    expect(answer.response.status).toBe(401);
    expect(imagined.asked.map(({ token }) => token)).toEqual(['Bearer dbk_1']);
    expect(refreshes()).toHaveLength(0);
  });
});

describe('a call of the raw client', () => {
  it('is repeated when it reads or has a key, and sent once when it writes without', async () => {
    const { imagined, api, me } = await newSession(() => refusal(503, 'server/unavailable'));
    await imagined.run(me());
    expect(imagined.asked.splice(0)).toHaveLength(5);
    const body = { content: 'x', kind: 'diary' } as const;
    await imagined.run(api.POST('/api/v1/entries', { body }));
    expect(imagined.asked.splice(0)).toHaveLength(5);
    await imagined.run(api.PATCH('/api/v1/auth/me', { body: { display_name: 'Ada' } }));
    expect(imagined.asked).toHaveLength(1);
  });
});
