import { beforeAll, describe, expect, it } from '@jest/globals';
import { type E2eTestUser, type TestUser, useApi } from './harness/api.js';
import { tokensOf } from './harness/diary.js';
import { expectInvalid, expectProblem, pointersOf } from './harness/problems.js';

describe('a query for entries is refused', () => {
  const api = useApi();
  let ada: TestUser;
  let eve: E2eTestUser;

  beforeAll(async () => {
    [ada, eve] = [await api.newUser(), await api.newE2eUser()];
  });

  it('by what only the other tier can tell, each field by name', async () => {
    const refused = await eve.post('/entries/query', { tags: ['snow'], mood: 'calm', location: 'Bristol' });
    expectProblem(refused, 422, 'request/invalid');
    expect(pointersOf(refused).toSorted()).toEqual(['#/location', '#/mood', '#/tags']);
    for (const field of ['mood', 'location'])
      expectInvalid(await eve.post('/entries/query', { [field]: 'calm' }), `#/${field}`);
    expectInvalid(await eve.post('/entries/query', { tags: ['snow'] }), '#/tags');
    expectInvalid(await ada.post('/entries/query', { tag_tokens: tokensOf(eve, ['snow']) }), '#/tag_tokens');
  });

  it.each([
    ['a kind that there is not', { kind: 'poem' }, '#/kind'],
    ['a day that there is not', { from: '2026-02-30' }, '#/from'],
    ['a day of the year zero', { to: '0000-12-31' }, '#/to'],
    ['a tag without an id', { tag_id: 'snow' }, '#/tag_id'],
    ['an empty source', { source: '' }, '#/source'],
    ['no tags', { tags: [] }, '#/tags'],
    ['an empty tag', { tags: [' '] }, '#/tags/0'],
    ['51 tags', { tags: Array.from({ length: 51 }, (_, n) => `t${n}`) }, '#/tags'],
    ['an empty mood', { mood: '' }, '#/mood'],
    ['a page of none', { limit: 0 }, '#/limit'],
    ['a page of 201', { limit: 201 }, '#/limit'],
    ['a page as text', { limit: '5' }, '#/limit'],
    ['the trash as text', { deleted: 'true' }, '#/deleted'],
    ['a null', { mood: null }, '#/mood'],
    ['a field that there is not', { colour: 'white' }, '#/colour'],
  ])('for %s', async (_what, body, pointer) => {
    expectInvalid(await ada.post('/entries/query', body), pointer);
  });

  it.each([
    ['source=', 'source'],
    ['kind=poem', 'kind'],
    ['tag_id=snow', 'tag_id'],
    ['from=2026-1-1', 'from'],
    ['to=tomorrow', 'to'],
    ['deleted=1', 'deleted'],
    ['deleted=', 'deleted'],
    ['mood=calm', 'mood'],
    ['tags=snow', 'tags'],
    ['location=Bristol', 'location'],
  ])('in a URL for %s', async (query, field) => {
    expectInvalid(await ada.get(`/entries?${query}`), `#/query/${field}`);
  });

  it('with a token of the wrong size', async () => {
    expectInvalid(await eve.post('/entries/query', { tag_tokens: ['AAAA'] }), '#/tag_tokens/0');
  });
});
