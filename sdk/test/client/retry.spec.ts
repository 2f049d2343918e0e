import { describe, expect, it } from '@jest/globals';
import { defaultRetryPolicy, delayBeforeNextTry, retryAfterMs } from '../../src/retry.js';

const now = Date.UTC(2026, 10, 21, 7, 30);
const at = (random: number) => ({ now: () => now, random: () => random });
const answer = (status: number, retryAfter?: string) =>
  new Response(null, { status, headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter } });

describe('the wait before the next try', () => {
  it('is anything up to a bound that doubles, and then stays', () => {
    const policy = { ...defaultRetryPolicy, triesMax: 20 };
    const longest = [1, 2, 3, 4, 5, 6, 7].map((tries) => delayBeforeNextTry(new Error(), tries, policy, at(1)));
    expect(longest).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 8_000]);
    expect(delayBeforeNextTry(new Error(), 7, policy, at(0))).toBe(0);
    expect(delayBeforeNextTry(new Error(), 7, policy, at(0.25))).toBe(2_000);
  });

  it('comes after what the server asks for', () => {
    expect(delayBeforeNextTry(answer(503, '2'), 1, defaultRetryPolicy, at(0.5))).toBe(2_125);
    expect(delayBeforeNextTry(answer(429, '7'), 1, defaultRetryPolicy, at(0))).toBe(7_000);
  });

  it.each([200, 400, 401, 404, 409, 422, 500, 502])('does not follow a %i', (status) => {
    expect(delayBeforeNextTry(answer(status), 1, defaultRetryPolicy, at(1))).toBeUndefined();
  });

  it('follows a 409 that says when to come again: an earlier try is still being worked on', () => {
    expect(delayBeforeNextTry(answer(409, '1'), 1, defaultRetryPolicy, at(0.5))).toBe(1_125);
  });

  it('ends with the fifth try, and where the server wants more than a minute', () => {
    expect(delayBeforeNextTry(new Error(), 4, defaultRetryPolicy, at(1))).toBe(2_000);
    expect(delayBeforeNextTry(new Error(), 5, defaultRetryPolicy, at(1))).toBeUndefined();
    expect(delayBeforeNextTry(answer(429, '61'), 1, defaultRetryPolicy, at(0))).toBeUndefined();
  });
});

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    [' 3 ', 3_000],
    ['Sat, 21 Nov 2026 07:30:05 GMT', 5_000],
    ['Sat, 21 Nov 2026 07:29:00 GMT', 0],
    ['-1', 0],
    ['1.5', 0],
    ['soon', 0],
    ['', 0],
  ])('%j asks for %i ms', (header, milliseconds) => {
    expect(retryAfterMs(header, now)).toBe(milliseconds);
  });

  it('asks for nothing where it is absent', () => {
    expect(retryAfterMs(null, now)).toBe(0);
  });
});
