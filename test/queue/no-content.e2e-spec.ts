import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { E2eTestUser, type TestUser } from '../harness/api.js';
import { sealedDraft } from '../harness/entries.js';
import { eventually } from '../harness/eventually.js';
import { useIntegrations } from '../harness/facebook/connected.js';
import type { FakePerson } from '../harness/facebook/graph-world.js';
import { found, type Haystack, textNeedle } from '../harness/leaks.js';
import { onRedis } from '../harness/queue-store.js';

const url = process.env['REDIS_URL'];

if (url === undefined) {
  it.todo('what is in Redis was not looked at: REDIS_URL is not set');
} else {
  const FACEBOOK = '/integrations/facebook';
  const FEED = /\/feed$/;
  const prefix = `test-${randomBytes(6).toString('hex')}`;
  const store = onRedis(url, prefix);

  /** Everything that is sent to Redis while it listens: a job that is done leaves nothing there to look at. */
  class Listener {
    private readonly heard: string[] = [];
    private constructor(private readonly socket: Socket) {
      socket.setEncoding('latin1').on('data', (text: string) => this.heard.push(text));
    }

    /** By hand: the client of ioredis falls over what arrives together with the answer to MONITOR. */
    static async start(address: string): Promise<Listener> {
      const { hostname, port, username, password } = new URL(address);
      const socket = connect({ host: hostname, port: Number(port || 6379) });
      await once(socket, 'connect');
      const listener = new Listener(socket);
      const secret = decodeURIComponent(password);
      if (secret !== '') socket.write(`AUTH ${decodeURIComponent(username) || 'default'} ${secret}\r\n`);
      socket.write('MONITOR\r\n');
      await eventually('Redis tells', async () => (listener.text.includes('+OK') ? true : undefined));
      return listener;
    }

    get text(): string {
      return this.heard.join('');
    }

    stop(): void {
      this.socket.destroy();
    }
  }

  describe.each(['uce', 'e2e'] as const)('the queues on Redis, tier %s', (tier) => {
    const world = useIntegrations(store.environment);
    const { api, graph } = world;
    const said = (what: string) => `Marker-${tier}-${what}-q7Zx2Kf9Wp`;
    const words = { content: said('content'), brought: said('brought'), post: said('post'), text: said('text') };
    let user: TestUser;
    let person: FakePerson;
    let entryId: string;
    let listener: Listener;

    beforeAll(async () => {
      listener = await Listener.start(url);
      user = tier === 'uce' ? await api.newUser() : await api.newE2eUser();
      person = graph.world.newPerson({ pages: ['Garden notes'] });
      graph.world.post(person, words.post);
    });
    afterAll(async () => {
      listener.stop();
      await store.empty(api);
    });

    /** Whatever was or is in Redis. */
    const everything = async (): Promise<Haystack[]> => {
      const kept = await store.everything(api);
      const heard = { place: 'what was sent to Redis', text: listener.text };
      return [heard, ...kept].map(({ place, text }) => ({ place, text: Buffer.from(text).toString('latin1') }));
    };
    const secrets = () => [
      ...Object.entries(words).map(([name, text]) => textNeedle(name, text)),
      ...graph.world.tokensOf(person).map(({ text }) => textNeedle('token of Facebook', text)),
      textNeedle('access token', user.accessToken),
      textNeedle('refresh token', user.refreshToken),
    ];
    const nothingIsTold = async () => expect(found(secrets(), await everything())).toEqual([]);
    /** That the listener hears what there is to be heard. */
    const hasHeard = (id: string) =>
      eventually('Redis was told of it', async () => (listener.text.includes(id) ? true : undefined));

    it('hear of an entry, and not what it says', async () => {
      const draft =
        user instanceof E2eTestUser ? sealedDraft(user, { content: words.content }) : { content: words.content };
      entryId = (await user.post('/entries', draft)).body.id;
      if (tier === 'uce') {
        const { body } = await user.post('/search/index');
        await user.get(`/jobs/${body.job_id}/events`);
      }
      await hasHeard(user.id);
      await nothingIsTold();
    });

    it('hear of what a script brings, and not what it says', async () => {
      const { body: key } = await user.post('/auth/api-keys', { name: 'script', scopes: ['inbox:write'] });
      const brought = await user.withToken(key.key).post('/inbox', { content: words.brought });
      expect(brought.status).toBe(201);
      await nothingIsTold();
      expect(found([textNeedle('API key', key.key)], await everything())).toEqual([]);
    });

    it('hear that posts are to be pulled, and of no post and no token', async () => {
      await world.connect(user, person);
      expect(await world.jobOf(user, `${FACEBOOK}/pull`)).toMatchObject({ state: 'done', result: { complete: true } });
      await hasHeard('integrations.pull-asked');
      await nothingIsTold();
    });

    it('hear that an entry is to be published, and not what is published, be it refused, late or done', async () => {
      const sent = { entry_id: entryId, text: words.text };
      graph.fail({ method: 'POST', path: FEED, how: 'lost' });
      const { body: late } = await user.post(`${FACEBOOK}/push`, sent);
      await hasHeard(late.job_id);
      await eventually('it waits for the next attempt', async () => {
        const waiting = `SELECT FROM publications WHERE id = $1 AND attempts > 0 AND leased_until IS NULL`;
        return (await api.database.look(waiting, [late.job_id])).length === 1 ? true : undefined;
      });
      await nothingIsTold();
      await world.passTime('facebook.push');
      expect(await world.ended(user, late.job_id)).toMatchObject({ state: 'done' });
      await nothingIsTold();
    });

    it('hear that it is over, and of no token', async () => {
      const { id } = await world.connectionOf(user);
      const { body } = await user.send('DELETE', `/integrations/${id}`, undefined);
      expect(await world.ended(user, body.job_id)).toMatchObject({ state: 'done' });
      await hasHeard('integrations.revoke-asked');
      await nothingIsTold();
    });
  });
}
