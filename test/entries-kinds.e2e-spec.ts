import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { type TestUser, useApi } from './harness/api.js';
import { draftOf, noted } from './harness/diary.js';
import { expectInvalid, expectProblem } from './harness/problems.js';

describe('the kinds of entries', () => {
  const api = useApi();
  let ada: TestUser;
  // oxlint-disable-next-line typescript/no-explicit-any -- as answered
  let kinds: any[];

  beforeAll(async () => {
    ada = await api.newUser();
    kinds = (await ada.get('/entries/kinds')).body.data;
  });

  it('are all that an entry can be of, with their questions', async () => {
    const names = [
      'diary',
      'morning_pages',
      'daily_reflection',
      'weekly_review',
      'capture',
      'gratitude',
      'dream',
      'note',
    ];
    expect(kinds.map(({ kind }) => kind)).toEqual(names);
    for (const { kind, title, description, questions, data_schema } of kinds) {
      expect((await ada.post('/entries', { kind, content: 'x' })).status).toBe(201);
      expect([title, description].every((text) => text.length > 3)).toBe(true);
      const fields = Object.keys(data_schema?.properties ?? {});
      expect(questions.map(({ field }: { field: string }) => field)).toEqual(fields);
    }
    expect((await (await api.newE2eUser()).get('/entries/kinds')).body.data).toEqual(kinds);
  });

  it('without questions take no data', async () => {
    for (const { kind } of kinds.filter((one) => one.data_schema === null))
      expectInvalid(await ada.post('/entries', { kind, content: 'x', data: {} }), '#/data');
  });

  it('take what their schema takes, and nothing else', async () => {
    const structured = kinds.filter((one) => one.data_schema !== null);
    expect(structured).toHaveLength(3);
    const fields = structured.flatMap(({ data_schema }) => Object.keys(data_schema.properties));
    const text = fc.string({ maxLength: 12, unit: 'grapheme-ascii' });
    const value = fc.oneof(
      text,
      fc.integer({ min: -2, max: 12 }),
      fc.constantFrom(1_440, 1_441, 100_001, 2.5, null, true, 'x'.repeat(10_000), 'x'.repeat(10_001)),
      fc.array(fc.oneof(text, fc.constantFrom('x'.repeat(1_000), 'x'.repeat(1_001))), { maxLength: 21 }),
    );
    const data = fc.dictionary(fc.constantFrom(...fields, 'colour'), value, { maxKeys: 2 });
    const seen = new Set<boolean>();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...structured), data, async ({ kind, data_schema }, given) => {
        const isTaken = z.fromJSONSchema(data_schema).safeParse(given).success;
        seen.add(isTaken);
        const { status, body } = await ada.post('/entries', { kind, content: 'x', data: given });
        expect({ status, given }).toEqual({ status: isTaken ? 201 : 422, given });
        if (isTaken) expect(body.data).toEqual(given);
      }),
      { numRuns: 300, interruptAfterTimeLimit: 20_000 },
    );
    expect(seen.size).toBe(2);
  }, 40_000);

  it('with data need no text; without either there is no entry', async () => {
    expect((await ada.post('/entries', { kind: 'weekly_review', content: '', data: { rating: 7 } })).status).toBe(201);
    expectInvalid(await ada.post('/entries', { kind: 'weekly_review', content: '' }), '#/content');
  });

  it('are seen of sealed entries too', async () => {
    const eve = await api.newE2eUser();
    const { body } = await eve.post('/entries', draftOf(eve, noted({ kind: 'dream' })));
    expect(body.kind).toBe('dream');
    expect((await eve.get('/entries?kind=dream')).body.data).toHaveLength(1);
  });

  it('are not there for who is not signed in', async () => {
    expectProblem(await api.http.get('/entries/kinds'), 401, 'auth/signed-out');
  });
});
