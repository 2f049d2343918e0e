import { describe, expect, it } from '@jest/globals';
import { E2eTestUser, useApi } from '../harness/api.js';
import { Browser } from '../harness/browser.js';
import { sealedDraft } from '../harness/entries.js';
import { bodyExamples } from '../harness/examples.js';
import { useIntegrations } from '../harness/facebook/connected.js';

const examplesOf = (path: string, method = 'post') => bodyExamples(method, path);

/** Those that need a code or a token of an earlier answer are sent with it in answers.e2e-spec.ts. */
describe('the examples of Swagger UI', () => {
  const api = useApi();

  it.each(['uce', 'e2e'])('work as they stand: %s', async (tier) => {
    const send = (path: string, token?: string) =>
      api.http.post(path, examplesOf(`/api/v1${path}`)[tier]?.value, { token });
    expect((await send('/auth/signup')).status).toBe(201);
    const signedIn = await send('/auth/login');
    expect(signedIn.status).toBe(200);
    const token = signedIn.body.tokens.access_token;
    expect((await send('/entries', token)).status).toBe(201);
    expect((await api.http.get('/entries', { token })).body.data).toHaveLength(1);
    // An e2e client wraps a key of its own: no fixed one is of its account.
    if (tier === 'uce') expect((await send('/media/upload', token)).status).toBe(201);
    expect((await send('/auth/change-email', token)).status).toBe(202);
    expect((await send('/auth/recovery-codes', token)).status).toBe(201);
    expect((await send('/auth/change-password', token)).status).toBe(200);
  });

  it('work for the entry that they were written for, one after the other', async () => {
    const ada = await api.newUser();
    const example = (path: string, method?: string, which = 'uce') => {
      const { value } = examplesOf(`/api/v1/entries${path}`, method)[which] ?? {};
      expect(value).toBeDefined();
      return value;
    };
    const { body: entry } = await ada.post('/entries', example(''));
    const send = (method: string, path: string, body: unknown) => ada.send(method, path, JSON.stringify(body));
    expect((await ada.post('/entries/query', example('/query'))).body.data).toHaveLength(1);
    expect((await send('PUT', `/entries/${entry.id}`, example('/{id}', 'put'))).body.version).toBe(2);
    expect((await send('PATCH', `/entries/${entry.id}`, example('/{id}', 'patch'))).body.version).toBe(3);
    const { body: reverted } = await ada.post(
      `/entries/${entry.id}/versions/1/revert`,
      example('/{id}/versions/{version}/revert'),
    );
    expect(reverted).toMatchObject({ version: 4, content: entry.content });
    const [tag] = (await ada.get('/entries/tags')).body.data;
    expect((await send('PATCH', `/entries/tags/${tag.id}`, example('/tags/{id}', 'patch', 'any'))).status).toBe(200);
    const { body: batch } = await ada.post('/entries/batch', example('/batch'));
    expect(batch.data.map(({ status }: { status: number }) => status)).toEqual([201, 201]);
    expect((await ada.post('/entries/query', example('/query', 'post', 'any'))).body.data).toEqual([]);
    expect((await ada.post('/entries/batch/get', example('/batch/get', 'post', 'any'))).status).toBe(200);
    const { body: found } = await ada.post('/search', examplesOf('/api/v1/search')['uce']?.value);
    expect(found).toMatchObject({ complete: true, notes: [] });
  });

  it('work for any address where the tier does not matter', async () => {
    expect((await api.http.post('/auth/prelogin', examplesOf('/api/v1/auth/prelogin')['any']?.value)).status).toBe(200);
  });
});

describe('the example of signing in by cookie', () => {
  const api = useApi();

  it('works as it stands in a page of this server, as Swagger UI is one', async () => {
    await api.http.post('/auth/signup', examplesOf('/api/v1/auth/signup')['uce']?.value);
    const browser = new Browser(api.http);
    const { cookie } = examplesOf('/api/v1/auth/login');
    expect((await browser.post('/auth/login', cookie?.value)).status).toBe(200);
    expect((await browser.get('/auth/me')).status).toBe(200);
  });
});

describe('the examples of Facebook', () => {
  const { api, graph, connect, jobOf } = useIntegrations();
  const example = (path: string, which: string) => examplesOf(`/api/v1/integrations/facebook/${path}`)[which]?.value;

  /** The entry and the page that the examples speak of are there, and nothing else is. */
  const push = async (tier: 'uce' | 'e2e') => {
    const ada = tier === 'uce' ? await api.newUser() : await api.newE2eUser();
    const sent: { entry_id?: string; page_id?: string } = example('push', tier) ?? {};
    const draft =
      ada instanceof E2eTestUser ? sealedDraft(ada, {}, sent.entry_id) : { id: sent.entry_id, content: 'First snow.' };
    expect((await ada.post('/entries', draft)).status).toBe(201);
    const person = graph.world.newPerson();
    person.pages.push({ id: sent.page_id ?? graph.world.newId(), name: 'Garden notes', feed: [] });
    await connect(ada, person);
    const job = await jobOf(ada, '/integrations/facebook/push', sent);
    return { job, feed: person.pages[0]?.feed.map(({ message }) => message) };
  };

  it.each(['uce', 'e2e'] as const)('publish the entry that they speak of: %s', async (tier) => {
    const { job, feed } = await push(tier);
    expect([job.state, feed]).toEqual(['done', ['First snow.']]);
  });

  it('cannot connect, since code and state are good once: the callback understands its own, and knows no such state', async () => {
    const ada = await api.newUser();
    const answer = await ada.post('/integrations/facebook/callback', example('callback', 'any'));
    expect([answer.status, answer.body.type]).toEqual([404, 'integrations/connect-not-found']);
  });
});
