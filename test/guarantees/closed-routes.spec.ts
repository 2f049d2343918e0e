import { createId } from '@daybook/sdk/crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Database } from '../../src/platform/database/database.js';
import { UserId } from '../../src/platform/ids.js';
import { Jobs } from '../../src/platform/jobs/jobs.js';
import { publicRoutes } from '../../src/public-routes.js';
import { type E2eTestUser, PASSWORD, type TestUser, useApi } from '../harness/api.js';
import { ACCESS_COOKIE, Browser, OWN_PAGE } from '../harness/browser.js';
import { sealedChange, sealedDraft } from '../harness/entries.js';
import { connectTo } from '../harness/facebook/connected.js';
import { useFacebook } from '../harness/facebook/fake-graph.js';
import { newFile, remove, sendFile, upload, useMedia, WHOLE_BYTES_MAX } from '../harness/media.js';
import { type Operation, operations } from '../harness/openapi.js';
import { expectProblem, withoutInstance } from '../harness/problems.js';

const all = operations();
/** As `public-routes.ts` spells it: `/entries/:id`. */
const routeOf = ({ name }: Operation) => name.replaceAll(/\{(\w+)\}/g, ':$1');
const isListed = (operation: Operation) => Object.hasOwn(publicRoutes, routeOf(operation));

describe('every route', () => {
  const api = useApi();
  let signedIn: Browser;

  beforeAll(async () => {
    signedIn = new Browser(api.http);
    const account = { tier: 'uce', email: api.newEmail(), password: PASSWORD, mode: 'cookie' };
    await signedIn.post('/auth/signup', account);
  });

  const call = ({ method, path, hasBody }: Operation, { token, cookie }: { token?: string; cookie?: string } = {}) =>
    fetch(api.origin + path.replaceAll(/\{\w+\}/g, createId()), {
      method,
      headers: {
        ...(hasBody && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(cookie !== undefined && { cookie: `${ACCESS_COOKIE}=${cookie}`, ...OWN_PAGE }),
      },
      ...(hasBody && { body: '{}' }),
    });

  it('of the list of open ones is there, and has a reason', () => {
    const there = new Set(all.map(routeOf));
    expect(Object.keys(publicRoutes).filter((route) => !there.has(route))).toEqual([]);
    for (const reason of Object.values(publicRoutes)) expect(reason).toMatch(/\w+ \w+/);
  });

  it.each(all.filter((operation) => !isListed(operation)))('is closed without signing in: $name', async (operation) => {
    const nonsense = ['nonsense', `${createId()}.x.y`];
    for (const sent of [{}, ...nonsense.flatMap((text) => [{ token: text }, { cookie: text }])]) {
      const response = await call(operation, sent);
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ type: 'auth/signed-out', status: 401 });
    }
    expect(operation.isOpen).toBe(false);
  });

  it.each(all.filter((operation) => !isListed(operation)))(
    'is closed to cookies that a page of another site sends: $name',
    async (operation) => {
      const response = await fetch(api.origin + operation.path.replaceAll(/\{\w+\}/g, createId()), {
        method: operation.method,
        headers: { cookie: `${ACCESS_COOKIE}=${signedIn.valueOf(ACCESS_COOKIE)}`, 'sec-fetch-site': 'cross-site' },
      });
      expect(await response.json()).toMatchObject({ type: 'auth/cross-site', status: 403 });
    },
  );

  it.each(all.filter(isListed))('is open when it is listed: $name', async (operation) => {
    const response = await call(operation);
    expect(await response.text()).not.toContain('auth/signed-out');
    expect(operation.isOpen).toBe(true);
  });

  it('is in the contract: the server has no other', async () => {
    const { body } = await api.http.get('/openapi.json');
    expect(Object.keys(body.paths).toSorted()).toEqual([...new Set(all.map(({ path }) => path))].toSorted());
  });
});

describe('what is somebody else’s', () => {
  const graph = useFacebook();
  const { api } = useMedia({
    // Where the other service listens is known when it has started.
    get environment() {
      return graph.environment();
    },
  });
  const withId = all.filter((operation) => operation.path.includes('{') && !isListed(operation));

  /** What an operation is about: the names of its path, and the body where it takes one. */
  interface Thing {
    readonly path: Record<string, string>;
    readonly body?: object;
  }

  /** For every operation on one thing: a thing of a user. A new operation needs a line here. */
  const things: Record<string, (owner: E2eTestUser, ownerOfUce: TestUser) => Promise<Thing>> = {
    'GET /api/v1/entries/{id}': async (owner) => ({ path: { id: (await written(owner)).id } }),
    'PUT /api/v1/entries/{id}': async (owner) => changed(owner),
    'PATCH /api/v1/entries/{id}': async (owner) => changed(owner),
    'DELETE /api/v1/entries/{id}': async (owner) => ({ path: { id: (await written(owner)).id } }),
    'POST /api/v1/entries/{id}/restore': async (owner) => {
      const { id } = await written(owner);
      await owner.send('DELETE', `/entries/${id}`, undefined);
      return { path: { id } };
    },
    'GET /api/v1/entries/{id}/history': async (owner) => ({ path: { id: (await written(owner)).id } }),
    'GET /api/v1/entries/{id}/versions': async (owner) => ({ path: { id: (await written(owner)).id } }),
    'GET /api/v1/entries/{id}/versions/{version}': async (owner) => ({
      path: { id: (await written(owner)).id, version: '1' },
    }),
    'POST /api/v1/entries/{id}/versions/{version}/revert': async (owner) => {
      const { path, body } = await changed(owner);
      return { path: { ...path, version: '1' }, body };
    },
    'PATCH /api/v1/entries/tags/{id}': async (_, owner) => ({ path: await tagged(owner), body: { name: 'balcony' } }),
    'DELETE /api/v1/entries/tags/{id}': async (_, owner) => ({ path: await tagged(owner) }),
    'DELETE /api/v1/auth/sessions/{id}': async (owner) => ({ path: { id: (await elsewhere(owner)).sessionId } }),
    'PATCH /api/v1/auth/devices/{id}': async (owner) => ({
      path: { id: (await elsewhere(owner)).deviceId },
      body: { device_name: 'Old phone' },
    }),
    'DELETE /api/v1/auth/devices/{id}': async (owner) => ({ path: { id: (await elsewhere(owner)).deviceId } }),
    'DELETE /api/v1/auth/api-keys/{id}': async (owner) => ({
      path: { id: (await owner.post('/auth/api-keys', { name: 'script', scopes: ['entries:read'] })).body.id },
    }),
    'GET /api/v1/media/{id}': async (owner) => ({ path: { id: (await upload(owner)).body.id } }),
    'GET /api/v1/media/{id}/download': async (owner) => ({ path: { id: (await upload(owner)).body.id } }),
    'POST /api/v1/media/{id}/parts': async (owner) => {
      const { announced } = newFile(owner, WHOLE_BYTES_MAX + 1);
      return { path: { id: (await owner.post('/media/upload', announced)).body.id }, body: { parts: [] } };
    },
    'POST /api/v1/media/{id}/complete': async (owner) => ({
      path: { id: await sendFile(owner, newFile(owner)) },
      body: {},
    }),
    'DELETE /api/v1/media/{id}': async (owner) => ({ path: { id: (await upload(owner)).body.id } }),
    'POST /api/v1/media/{id}/restore': async (owner) => {
      const { id } = (await upload(owner)).body;
      await remove(owner, id);
      return { path: { id } };
    },
    'POST /api/v1/inbox/{id}/accept': async (owner) => {
      const { id } = await waiting(owner);
      const { sealed, wrapped_key } = sealedDraft(owner, {}, id);
      return { path: { id }, body: { sealed, wrapped_key } };
    },
    'DELETE /api/v1/inbox/{id}': async (owner) => ({ path: { id: (await waiting(owner)).id } }),
    'POST /api/v1/inbox/{id}/restore': async (owner) => ({ path: { id: (await waiting(owner)).id } }),
    'DELETE /api/v1/integrations/{id}': async (owner) => ({
      path: { id: (await connectTo(graph, owner, graph.world.newPerson())).id },
    }),
    'GET /api/v1/jobs/{id}': async (owner) => ({ path: { id: await endedJob(owner) } }),
    'GET /api/v1/jobs/{id}/events': async (owner) => ({ path: { id: await endedJob(owner) } }),
    'POST /api/v1/jobs/{id}/cancel': async (owner) => ({ path: { id: await endedJob(owner) } }),
  };

  const written = async (owner: E2eTestUser) => (await owner.post('/entries', sealedDraft(owner))).body;

  /** Something in the inbox. */
  const waiting = async (owner: E2eTestUser) => (await owner.post('/inbox', { content: 'Brought.' })).body;

  /** An entry with the next version of it. */
  const changed = async (owner: E2eTestUser) => {
    const entry = await written(owner);
    return { path: { id: entry.id }, body: sealedChange(owner, entry) };
  };

  /** A tag that an entry has. */
  async function tagged(owner: TestUser) {
    const name = `garden ${createId()}`;
    await owner.post('/entries', { content: 'First snow.', tags: [name] });
    const { body } = await owner.get('/entries/tags');
    return { id: body.data.find((tag: { name: string }) => tag.name === name).id };
  }

  /** A job that is over, so that nobody waits for its events. */
  function endedJob({ id }: TestUser): Promise<string> {
    const userId = UserId.parse(id);
    const jobs = api.get(Jobs);
    return api.get(Database).asUser({ userId }, async (tx) => {
      const job = await jobs.begin(tx, { userId }, 'test.ended', 1);
      await jobs.end(tx, job, { state: 'done' });
      return job.id;
    });
  }

  /** A second session of the owner, on a device. */
  async function elsewhere({ email, account, ...user }: E2eTestUser) {
    const device = { device_name: 'Phone', device_type: 'mobile', platform: 'ios' };
    await api.http.post('/auth/login', { tier: 'e2e', email, password: account.signUp.password, device });
    const [session] = await api.database.look<{ id: string; device_id: string }>(
      'SELECT id, device_id FROM sessions WHERE user_id = $1 AND device_id IS NOT NULL ORDER BY created_at DESC LIMIT 1',
      [user.id],
    );
    return { sessionId: session?.id ?? '', deviceId: session?.device_id ?? '' };
  }

  let owner: E2eTestUser;
  let ownerOfUce: TestUser;
  let strangers: { tier: string; user: TestUser }[];

  beforeAll(async () => {
    [owner, ownerOfUce] = [await api.newE2eUser(), await api.newUser()];
    strangers = [
      { tier: 'uce', user: await api.newUser() },
      { tier: 'e2e', user: await api.newE2eUser() },
    ];
  });

  const ask = (user: TestUser, { method, path: pattern }: Operation, { path, body }: Thing) => {
    const filled = pattern.replaceAll(/\{(\w+)\}/g, (_, name: string) => path[name] ?? 'missing');
    return user.send(method, filled.slice('/api/v1'.length), body && JSON.stringify(body));
  };

  it('is tried on every operation that has an id in its path', () => {
    expect(Object.keys(things).toSorted()).toEqual(withId.map(({ name }) => name).toSorted());
  });

  it.each(withId)('looks exactly like what does not exist: $name', async (operation) => {
    const thing = await things[operation.name]?.(owner, ownerOfUce);
    if (!thing) throw new Error('there is no line for this operation');
    for (const { user } of strangers.filter(({ tier }) => tier === (operation.tier ?? tier))) {
      const notTheirs = await ask(user, operation, thing);
      const notThere = await ask(user, operation, { ...thing, path: { ...thing.path, id: createId() } });
      expectProblem(notTheirs, 404);
      expect(withoutInstance(notTheirs)).toBe(withoutInstance(notThere));
    }
    // Last, since it may take the thing away: it was there all the time.
    const owners = operation.tier === 'uce' ? ownerOfUce : owner;
    expect((await ask(owners, operation, thing)).status).toBeLessThan(300);
  });
});
