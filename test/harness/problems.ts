import { expect } from '@jest/globals';
import type { Answer } from './http.js';

/** The text of an answer without what makes every answer its own: two refusals that should look alike are equal in it. */
export const withoutInstance = ({ text }: Pick<Answer, 'text'>): string =>
  text.replace(/urn:uuid:[0-9a-f-]{36}/, 'urn:uuid:this-request');

/** That an answer is a problem of this status, complete (RFC 9457), and of this type where one is named. */
export function expectProblem(answer: Answer, status: number, type?: string): void {
  const said: unknown = answer.body?.type ?? answer.text.slice(0, 200);
  expect({ status: answer.status, type: said }).toEqual({ status, type: type ?? said });
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(answer.body).toMatchObject({
    type: expect.stringMatching(/^[a-z-]+\/[a-z-]+$/),
    title: expect.any(String),
    status,
    detail: expect.any(String),
    instance: expect.stringMatching(/^urn:uuid:[0-9a-f-]{36}$/),
  });
}

/** The places that a refusal of bad input names, e.g. `#/title`. */
export const pointersOf = ({ body }: Answer): string[] =>
  (body?.errors ?? []).map(({ pointer }: { pointer: string }) => pointer);

/** That an answer refuses bad input at this place, and at no other. */
export function expectInvalid(answer: Answer, pointer: string): void {
  expectProblem(answer, 422, 'request/invalid');
  expect(pointersOf(answer)).toEqual([pointer]);
}
