import { describe, expect, it } from '@jest/globals';
import { ConnectionFailed } from '../../src/problems.js';
import { type Call, Transport } from '../../src/transport.js';
import { type Answering, Imagined, json, refusal, silence, url } from './imagined.js';

const body = new TextEncoder().encode('{"a":1}').buffer;
const call = (more: Partial<Call> = {}): Call => ({
  url: `${url}/api/v1/entries`,
  method: 'POST',
  headers: new Headers({ 'content-type': 'application/json' }),
  body,
  ...more,
});
const lost = new TypeError('fetch failed');

function sending(answer: Answering, isRepeatable: boolean, more: Partial<Call> = {}) {
  const imagined = new Imagined(answer);
  const transport = new Transport(imagined);
  return { imagined, answer: imagined.run(transport.send(call(more), { isRepeatable })) };
}

describe('a call that may be repeated', () => {
  it('is sent again, with the same body, until an answer comes', async () => {
    const { imagined, answer } = sending((_, n) => (n < 3 ? lost : json(201, { id: 'x' })), true);
    expect(await (await answer).json()).toEqual({ id: 'x' });
    expect(imagined.asked.map((asked) => asked.body)).toEqual(['{"a":1}', '{"a":1}', '{"a":1}']);
    expect(imagined.waits).toEqual([250, 500]);
  });

  it('waits as long as a busy server asks for', async () => {
    const { imagined, answer } = sending(
      (_, n) => (n === 1 ? refusal(503, 'server/unavailable', { 'retry-after': '2' }) : json(200, {})),
      true,
    );
    expect((await answer).status).toBe(200);
    expect(imagined.waits).toEqual([2_250]);
  });

  it('is given up after five tries, with the last answer or failure', async () => {
    const busy = sending(() => refusal(429, 'request/too-many'), true);
    expect((await busy.answer).status).toBe(429);
    expect(busy.imagined.asked).toHaveLength(5);

    const away = sending(() => lost, true);
    await expect(away.answer).rejects.toMatchObject({ name: 'ConnectionFailed', cause: lost });
    expect(away.imagined.asked).toHaveLength(5);
  });

  it('is sent again when no answer came in time', async () => {
    const { imagined, answer } = sending((asked, n) => (n === 1 ? silence(asked) : json(200, {})), true);
    expect((await answer).status).toBe(200);
    expect(imagined.asked).toHaveLength(2);
  });

  it('is sent again when the connection is lost in the middle of the answer', async () => {
    const broken = () => {
      const stream = new ReadableStream({ pull: (controller) => controller.error(lost) });
      return new Response(stream, { headers: { 'content-type': 'application/json' } });
    };
    const { answer } = sending((_, n) => (n === 1 ? broken() : json(200, { whole: true })), true);
    expect(await (await answer).json()).toEqual({ whole: true });
  });

  it('is not sent again once it is aborted, not even in the middle of waiting', async () => {
    const leaving = new AbortController();
    const imagined = new Imagined(() => lost);
    const patient = {
      ...imagined,
      sleep: (ms: number, signal?: AbortSignal) => aborting(imagined.sleep(ms, signal), ms),
    };
    const aborting = (wait: Promise<void>, ms: number) => {
      if (ms === 250) leaving.abort(new Error('the user left'));
      return wait;
    };
    const sent = new Transport(patient).send(call({ signal: leaving.signal }), { isRepeatable: true });
    const before = imagined.now();
    await expect(imagined.run(sent)).rejects.toThrow('the user left');
    expect(imagined.asked).toHaveLength(1);
    expect(imagined.now()).toBe(before);
  });
});

describe('a call that may not be repeated', () => {
  it.each([
    ['a lost connection', () => lost],
    ['silence', silence],
  ])('is sent once, and fails with %s', async (_, answering) => {
    const { imagined, answer } = sending(answering, false);
    await expect(answer).rejects.toThrow(ConnectionFailed);
    expect(imagined.asked).toHaveLength(1);
  });

  it('takes a 503 as its answer', async () => {
    const { imagined, answer } = sending(() => refusal(503, 'server/unavailable'), false);
    expect((await answer).status).toBe(503);
    expect(imagined.asked).toHaveLength(1);
  });
});

describe('every call', () => {
  it('goes without cookies and caches, and follows no redirect', async () => {
    const { imagined, answer } = sending(() => json(200, {}), false);
    await answer;
    expect(imagined.asked[0]?.init).toMatchObject({ credentials: 'omit', cache: 'no-store', redirect: 'error' });
  });

  it('is not even sent when it is aborted already', async () => {
    const { imagined, answer } = sending(() => json(200, {}), true, { signal: AbortSignal.abort(new Error('no')) });
    await expect(answer).rejects.toThrow('no');
    expect(imagined.asked).toHaveLength(0);
  });
});
