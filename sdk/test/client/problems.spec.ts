import { describe, expect, it } from '@jest/globals';
import { unwrap } from '../../src/api.js';
import { DaybookProblem } from '../../src/problems.js';

const members = {
  type: 'request/invalid',
  title: 'The request does not match its schema',
  status: 422,
  detail: 'Two fields are wrong.',
  instance: 'urn:uuid:019a0000-0000-7000-8000-000000000001',
  errors: [{ pointer: '#/title', detail: 'is too long' }],
  current_version: 3,
};

describe('a refusal of the server', () => {
  it('carries what the server says about it', () => {
    const { errors, current_version, ...rest } = members;
    const problem = DaybookProblem.of(422, members);
    expect(problem).toMatchObject({ ...rest, errors, extensions: { current_version } });
    expect(problem.message).toBe('request/invalid: Two fields are wrong.');
  });

  it.each([['a page of a proxy'], [undefined], [null], [{ type: 7, errors: 'x' }], [[1]]])(
    'has its form also for %j',
    (body) => {
      const problem = DaybookProblem.of(502, body);
      expect(problem).toMatchObject({
        type: 'about:blank',
        status: 502,
        detail: 'The server answered 502',
        errors: [],
      });
    },
  );

  it('is thrown by unwrap, as is an empty answer', () => {
    const refused = { error: members, response: new Response(null, { status: 422 }) };
    expect(() => unwrap(refused)).toThrow(DaybookProblem);
    expect(() => unwrap({ response: new Response(null, { status: 200 }) })).toThrow(DaybookProblem);
    expect(unwrap({ response: new Response(null, { status: 204 }) })).toBeUndefined();
    expect(unwrap({ data: { a: 1 }, response: new Response() })).toEqual({ a: 1 });
  });
});
