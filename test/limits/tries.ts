import { expect } from '@jest/globals';
import type { TestApi } from '../harness/api.js';
import type { Answer, Options } from '../harness/http.js';

let places = 0;

/** A client address that nothing else in this test file uses. */
export const newAddress = (): string => `198.51.${100 + Math.floor(++places / 250)}.${(places % 250) + 1}`;

/** Says to a server that trusts its proxies where a request comes from. */
export const at = (address: string): Options => ({ headers: { 'x-forwarded-for': address } });

/** 32 bytes that are nobody's authentication key: the cheapest wrong password there is. */
export const WRONG_KEY = 'A'.repeat(43);

export const guess = (api: TestApi, email: string, address: string): Promise<Answer> =>
  api.http.post('/auth/login', { tier: 'e2e', email, password: WRONG_KEY }, at(address));

export const checkCode = (api: TestApi, email: string, address: string): Promise<Answer> =>
  api.http.post('/auth/verify-recovery-code', { email, code: WRONG_KEY }, at(address));

/** What is left of a limit, by the answer's header; undefined where it says nothing of it. */
export function left({ headers }: Answer, policy: string): number | undefined {
  const found = new RegExp(`"${policy}";r=(\\d+)`).exec(headers.get('ratelimit') ?? '');
  return found ? Number(found[1]) : undefined;
}

/** Expects the answer to be the refusal of `policy`; how many seconds are to be waited. */
export function expectRefusal(answer: Answer, policy: string): number {
  expect(answer.body).toMatchObject({ type: 'request/too-many', status: 429 });
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  const wait = answer.headers.get('retry-after') ?? '';
  expect(wait).toMatch(/^[1-9]\d*$/);
  expect(answer.body.detail).toBe(`There were too many tries. Send the request again in ${wait} seconds.`);
  expect(answer.headers.get('ratelimit')).toContain(`"${policy}";r=0;t=${wait}`);
  expect(answer.headers.get('ratelimit-policy')).toMatch(new RegExp(`"${policy}";q=\\d+;w=\\d+`));
  return Number(wait);
}
