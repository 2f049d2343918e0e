import { createId } from '@daybook/sdk/crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { DueWork } from '../../src/modules/integrations/due-work.js';
import { PASSWORD, type TestUser, TestUser as User, useApi } from '../harness/api.js';
import { useIntegrations } from '../harness/facebook/connected.js';
import { APP, type FakePerson, GraphRefusal, REDIRECT_URI } from '../harness/facebook/graph-world.js';
import { verifiedLedger } from '../harness/ledger.js';
import { expectInvalid, expectProblem } from '../harness/problems.js';

describe('connecting Facebook', () => {
  const { api, graph, connect, connectionOf } = useIntegrations();
  afterEach(() => graph.recover());

  const begin = async (user: TestUser) => (await user.post('/integrations/facebook/connect')).body;
  /** What the browser of a person brings back. */
  const agree = async (user: TestUser, person: FakePerson) => {
    const back = await graph.visit((await begin(user)).authorization_url, person);
    return { code: back.get('code') ?? '', state: back.get('state') ?? '' };
  };
  const finish = (user: TestUser, sent: object) => user.post('/integrations/facebook/callback', sent);
  /** The same user, signed in a second time. */
  const elsewhere = async ({ id, email }: TestUser) => {
    const { body } = await api.http.post('/auth/login', { email, password: PASSWORD });
    return new User(api.http.base, id, email, body);
  };
  const nothingIsConnected = async (user: TestUser) => expect(await connectionOf(user)).toBeUndefined();

  it('sends the browser to the dialog with state and PKCE, and back to nowhere but the configured address', async () => {
    const ada = await api.newUser();
    const { status, body } = await ada.post('/integrations/facebook/connect');
    expect(status).toBe(200);
    const url = new URL(body.authorization_url);
    expect([url.origin, url.pathname]).toEqual([graph.origin, '/v25.0/dialog/oauth']);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: APP.id,
      redirect_uri: REDIRECT_URI,
      response_type: 'code',
      scope: 'public_profile,user_posts,pages_show_list,pages_read_engagement,pages_manage_posts',
      state: body.state,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
  });

  it('cannot be led elsewhere by whoever asks for it', async () => {
    const ada = await api.newUser();
    for (const name of ['redirect_uri', 'redirect', 'next', 'return_to']) {
      const evil = { [name]: 'https://evil.example/' };
      const { body } = await ada.post(`/integrations/facebook/connect?${name}=https%3A%2F%2Fevil.example`, evil);
      expect(new URL(body.authorization_url).searchParams.get('redirect_uri')).toBe(REDIRECT_URI);
      expect(body.authorization_url).not.toContain('evil');
      expectInvalid(await finish(ada, { code: 'x', state: body.state, ...evil }), `#/${name}`);
    }
  });

  it.each(['uce', 'e2e'])('ends with a connection that shows scopes and pages, and no token: %s', async (tier) => {
    const ada = tier === 'uce' ? await api.newUser() : await api.newE2eUser();
    const person = graph.world.newPerson({ pages: ['Garden notes', 'Kitchen notes'] });
    const { status, body, text } = await finish(ada, await agree(ada, person));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      provider: 'facebook',
      state: 'active',
      limited_until: null,
      last_synced_at: null,
      scopes: [...person.granted].toSorted(),
      pages: person.pages.map(({ id, name }) => ({ id, name })),
    });
    expect(body.expires_at > new Date().toISOString()).toBe(true);
    expect((await ada.get('/integrations')).body).toEqual({ data: [body] });
    for (const token of graph.world.tokensOf(person)) expect(text).not.toContain(token.text);
    expect(graph.world.tokensOf(person).some(({ isLong, kind }) => isLong && kind === 'user')).toBe(true);
    const { body: events } = await ada.get('/auth/security-events');
    expect(events.data[0]).toMatchObject({ type: 'integration_connected', subject_id: body.id });
    expect((await verifiedLedger(api.database, ada.id)).at(-1)).toMatchObject({
      type: 'integration_connected',
      subject: body.id,
    });
  });

  it('puts no secret into an address that Facebook logs', async () => {
    const ada = await api.newUser();
    const person = graph.world.newPerson({ pages: ['Garden notes'] });
    await connect(ada, person);
    const urls = graph.seen.filter(({ path }) => path !== '/dialog/oauth').map(({ url }) => url);
    const secrets = [APP.secret, ...graph.world.tokensOf(person).map(({ text }) => text)];
    expect(urls.length).toBeGreaterThan(4);
    for (const secret of secrets) expect(urls.filter((url) => url.includes(secret))).toEqual([]);
  });

  it.each([{}, { code: 'x' }, { code: 'x', state: '' }, { code: 'x', state: 7 }, { code: '', state: 'A'.repeat(43) }])(
    'refuses what has no code or no state: %j',
    async (sent) => {
      const ada = await api.newUser();
      expect((await finish(ada, sent)).status).toBe(422);
      await nothingIsConnected(ada);
    },
  );

  it('refuses a state that nobody was given, and asks Facebook nothing', async () => {
    const ada = await api.newUser();
    const { code } = await agree(ada, graph.world.newPerson());
    graph.recover();
    expectProblem(await finish(ada, { code, state: 'A'.repeat(43) }), 404, 'integrations/connect-not-found');
    expect(graph.seen).toEqual([]);
    await nothingIsConnected(ada);
  });

  it('refuses the state and the code of somebody else', async () => {
    const [ada, eve] = [await api.newUser(), await api.newUser()];
    const hers = await agree(ada, graph.world.newPerson());
    const own = await agree(eve, graph.world.newPerson());
    // Eve's state in Ada's session, as when Ada is lured to Eve's return address; and Ada's in Eve's.
    expectProblem(await finish(ada, own), 404, 'integrations/connect-not-found');
    expectProblem(await finish(eve, hers), 404, 'integrations/connect-not-found');
    expectProblem(await finish(eve, { code: hers.code, state: own.state }), 422, 'integrations/consent-refused');
    await nothingIsConnected(eve);
    // None of that has used up Ada's own.
    expect((await finish(ada, await agree(ada, graph.world.newPerson()))).status).toBe(200);
  });

  it('refuses states that were swapped between two connectings of one user, by PKCE', async () => {
    const ada = await api.newUser();
    const [first, second] = [await agree(ada, graph.world.newPerson()), await agree(ada, graph.world.newPerson())];
    expectProblem(await finish(ada, { code: first.code, state: second.state }), 422, 'integrations/consent-refused');
    // Whatever came of it, that state is used up.
    expectProblem(await finish(ada, second), 404, 'integrations/connect-not-found');
    await nothingIsConnected(ada);
  });

  it('takes a state once, in the session that it was given to, for ten minutes', async () => {
    const ada = await api.newUser();
    const person = graph.world.newPerson();
    const sent = await agree(ada, person);
    expectProblem(await finish(await elsewhere(ada), sent), 404, 'integrations/connect-not-found');
    expect((await finish(ada, sent)).status).toBe(200);
    expectProblem(await finish(ada, sent), 404, 'integrations/connect-not-found');
    const old = await agree(ada, person);
    const expiry = `SELECT extract(epoch FROM expires_at - now())::int AS seconds FROM connects WHERE user_id = $1`;
    const [row] = await api.database.look<{ seconds: number }>(expiry, [ada.id]);
    expect([Number(row?.seconds) > 0, Number(row?.seconds) <= 600]).toEqual([true, true]);
    await api.database.look(`UPDATE connects SET expires_at = now() - interval '1 second'`);
    expectProblem(await finish(ada, old), 404, 'integrations/connect-not-found');
  });

  it('leaves nothing of what was begun and never ended when its ten minutes are over', async () => {
    const [ada, eve] = [await api.newUser(), await api.newUser()];
    await begin(ada);
    await begin(eve);
    await api.database.look(`UPDATE connects SET expires_at = now() - interval '1 second' WHERE user_id = $1`, [
      ada.id,
    ]);
    await api.get(DueWork).run();
    const left = `SELECT user_id FROM connects WHERE user_id IN ($1, $2)`;
    expect(await api.database.look(left, [ada.id, eve.id])).toEqual([{ user_id: eve.id }]);
  });

  it('takes a state once, however many send it at the same time', async () => {
    const ada = await api.newUser();
    const sent = await agree(ada, graph.world.newPerson());
    const answers = await Promise.all([1, 2, 3, 4].map(() => finish(ada, sent)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 404, 404, 404]);
    expect(graph.callsTo('POST', /access_token/)).toHaveLength(2);
  });

  it('does not take a code a second time, even with a state of its own', async () => {
    const ada = await api.newUser();
    const sent = await agree(ada, graph.world.newPerson());
    await finish(ada, sent);
    const { state } = await begin(ada);
    expectProblem(await finish(ada, { code: sent.code, state }), 422, 'integrations/consent-refused');
  });

  it('keeps of a connecting a hash and a sealed verifier alone, of the newest five', async () => {
    const ada = await api.newUser();
    const begun = [];
    for (let n = 0; n < 7; n++) begun.push(await begin(ada));
    const rows = await api.database.look<{ row: string }>(`SELECT t::text AS row FROM connects t WHERE user_id = $1`, [
      ada.id,
    ]);
    expect(rows).toHaveLength(5);
    for (const { state } of begun) {
      const spelled = [state, Buffer.from(state, 'base64url').toString('hex'), Buffer.from(state).toString('hex')];
      for (const text of spelled) expect(JSON.stringify(rows)).not.toContain(text);
    }
  });

  it('says so when Facebook is away, or wants us to wait', async () => {
    const ada = await api.newUser();
    const person = graph.world.newPerson();
    graph.fail({ path: /access_token/, how: 'away' });
    expectProblem(await finish(ada, await agree(ada, person)), 503, 'integrations/facebook-unavailable');
    graph.fail({ path: /me\/accounts/, how: new GraphRefusal(400, 4, '(#4) Application request limit reached') });
    const limited = await finish(ada, await agree(ada, person));
    expectProblem(limited, 429, 'integrations/rate-limited');
    expect(Number(limited.headers.get('retry-after'))).toBe(3_600);
    await nothingIsConnected(ada);
  });

  it.each([/^\/me$/, /^\/me\/permissions$/])(
    'keeps nothing of a consent when Facebook does not say whose it is, and for what: %s',
    async (path) => {
      const ada = await api.newUser();
      const person = graph.world.newPerson({ pages: ['Garden notes'] });
      graph.fail({ path, how: 'away' });
      expectProblem(await finish(ada, await agree(ada, person)), 503, 'integrations/facebook-unavailable');
      graph.fail({ path, how: new GraphRefusal(403, 200, '(#200) Permissions error') });
      expectProblem(await finish(ada, await agree(ada, person)), 422, 'integrations/consent-refused');
      await nothingIsConnected(ada);
    },
  );

  it('renews what is connected, and refuses another account beside it', async () => {
    const ada = await api.newUser();
    const person = graph.world.newPerson({ pages: ['Garden notes'] });
    const first = await connect(ada, person);
    person.granted.delete('user_posts');
    const second = await connect(ada, person);
    expect(second).toMatchObject({ id: first.id, scopes: [...person.granted].toSorted() });
    expectProblem(
      await finish(ada, await agree(ada, graph.world.newPerson())),
      409,
      'integrations/connected-elsewhere',
    );
    expect((await ada.get('/integrations')).body.data).toHaveLength(1);
  });

  it('lets somebody connect who does not show any page', async () => {
    const ada = await api.newUser();
    const person = graph.world.newPerson({ pages: ['Garden notes'], withholds: ['pages_show_list'] });
    expect(await connect(ada, person)).toMatchObject({ state: 'active', pages: [] });
  });

  it('is for sessions alone: an API key may do nothing with it', async () => {
    const ada = await api.newUser();
    const scopes = [
      'entries:read',
      'entries:write',
      'inbox:write',
      'media:read',
      'media:write',
      'search:read',
      'export:read',
    ];
    const { body } = await ada.post('/auth/api-keys', { name: 'all', scopes });
    const token = body.key;
    for (const [method, path] of [
      ['GET', '/integrations'],
      ['POST', '/integrations/facebook/connect'],
      ['POST', '/integrations/facebook/callback'],
      ['POST', '/integrations/facebook/pull'],
      ['POST', '/integrations/facebook/push'],
      ['DELETE', `/integrations/${createId()}`],
    ] as const)
      expectProblem(
        await ada.send(method, path, method === 'POST' ? '{}' : undefined, { token }),
        403,
        'auth/insufficient-scope',
      );
  });
});

describe('a server without an app at Meta', () => {
  const api = useApi();

  it('says that Facebook is not set up, and has nothing connected', async () => {
    const ada = await api.newUser();
    const { body: entry } = await ada.post('/entries', { content: 'First snow.' });
    const sent = { code: 'x', state: 'A'.repeat(43) };
    for (const [path, body] of [
      ['connect', {}],
      ['callback', sent],
      ['pull', {}],
      ['push', { entry_id: entry.id }],
    ] as const)
      expectProblem(await ada.post(`/integrations/facebook/${path}`, body), 404, 'integrations/not-configured');
    expect((await ada.get('/integrations')).body).toEqual({ data: [] });
    expect((await ada.get('/auth/features')).body.features.facebook_push).toBe(false);
  });
});
