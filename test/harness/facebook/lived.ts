import { expect } from '@jest/globals';
import { eventually } from '../eventually.js';
import type { Answer, Http } from '../http.js';
import { bytesNeedle, type Needle, textNeedle } from '../leaks.js';
import type { FakeGraph } from './fake-graph.js';
import { APP, type FakePerson, GraphRefusal, proofOf } from './graph-world.js';

const FACEBOOK = '/integrations/facebook';

/** What is said in one such life; each a text that is nowhere else. */
export interface FacebookWords {
  /** Posted at Facebook, and pulled. */
  readonly post: string;
  /** Published on a page, as `text`. */
  readonly text: string;
  /** Published on a page, and not taken there yet: it waits, with the tokens. */
  readonly waiting: string;
}

/** A user of a server of its own connects, pulls, publishes, disconnects, connects again, and is left while a text waits. */
export class FacebookLife {
  private readonly http: Http;
  private readonly person: FakePerson;
  private pushes = 0;
  private readonly secrets: Needle[] = [textNeedle('app secret', APP.secret), bytesOf('app secret', APP.secret, 'hex')];

  constructor(
    private readonly graph: FakeGraph,
    server: Http,
    token: string,
    private readonly words: FacebookWords,
  ) {
    this.http = server.withToken(token);
    this.person = graph.world.newPerson({ pages: ['Garden notes'] });
  }

  /** @returns everything secret that was sent or given out on the way */
  async live(entryId: string): Promise<Needle[]> {
    const { graph, http, person, words } = this;
    graph.world.post(person, words.post);
    const connection = await this.connect();
    await this.ended(await http.post(`${FACEBOOK}/pull`), 'done');
    await eventually('the post arrives', async () => {
      const [inbox, entries] = [await http.get('/inbox'), await http.get('/entries')];
      const isThere = entries.text.includes(words.post) || inbox.text.includes('"source":"facebook"');
      return isThere ? true : undefined;
    });
    // Facebook's refusals repeat what they were sent.
    const feed = { method: 'POST', path: new RegExp(`^/${person.pages[0]?.id}/feed$`) };
    graph.fail({ ...feed, how: new GraphRefusal(400, 100, `Invalid: ${words.text} ${this.tokens.join(' ')}`) });
    await this.ended(await this.push(entryId, words.text), 'failed');
    await this.ended(await this.push(entryId, words.text), 'done');
    expect(person.pages[0]?.feed.map(({ message }) => message)).toEqual([words.text]);
    await this.ended(await http.send('DELETE', `/integrations/${connection.id}`, undefined), 'done');
    await this.connect();
    graph.fail({ ...feed, how: 'away', times: 1_000 });
    const before = graph.callsTo('POST', feed.path).length;
    expect((await this.push(entryId, words.waiting)).status).toBe(202);
    await eventually('it was tried', async () => (graph.callsTo('POST', feed.path).length > before ? true : undefined));
    return [...this.secrets, ...this.given()];
  }

  /** Facebook is asked with a code that it does not take, then with one that it does. */
  private async connect() {
    const back = async () => {
      const { body } = await this.http.post(`${FACEBOOK}/connect`);
      const query = await this.graph.visit(body.authorization_url, this.person);
      const sent = { code: query.get('code') ?? '', state: query.get('state') ?? '' };
      this.secrets.push(
        textNeedle('state', sent.state),
        bytesNeedle('state, decoded', sent.state),
        textNeedle('code', sent.code),
      );
      return sent;
    };
    const [first, second] = [await back(), await back()];
    const crossed = { code: first.code, state: second.state };
    expect((await this.http.post(`${FACEBOOK}/callback`, crossed)).status).toBe(422);
    expect((await this.http.post(`${FACEBOOK}/callback`, { ...first, more: first.code })).status).toBe(422);
    const connected = await this.http.post(`${FACEBOOK}/callback`, await back());
    expect(connected.status).toBe(200);
    // One that was begun and not ended stays behind.
    await back();
    return connected.body;
  }

  private push(entryId: string, text: string): Promise<Answer> {
    return this.http.post(
      `${FACEBOOK}/push`,
      { entry_id: entryId, text },
      { headers: { 'idempotency-key': `${text}-${++this.pushes}` } },
    );
  }

  private async ended({ status, body: begun }: Answer, state: 'done' | 'failed'): Promise<void> {
    expect(status).toBe(202);
    const job = await eventually('the job ends', async () => {
      const { body } = await this.http.get(`/jobs/${begun.job_id}`);
      return ['done', 'failed', 'cancelled'].includes(body.state) ? body : undefined;
    });
    expect(job.state).toBe(state);
  }

  private get tokens(): string[] {
    return this.graph.world.tokensOf(this.person).map(({ text }) => text);
  }

  /** What went to Facebook: tokens with the proofs of them, and the verifiers of PKCE. */
  private given(): Needle[] {
    const verifiers = this.graph
      .callsTo('POST', /access_token/)
      .flatMap(({ values }) => values.getAll('code_verifier'));
    expect(verifiers.length).toBeGreaterThan(0);
    expect(new Set(this.graph.world.tokensOf(this.person).map(({ kind }) => kind))).toEqual(new Set(['user', 'page']));
    return [
      ...verifiers.flatMap((text) => [textNeedle('PKCE verifier', text), bytesNeedle('PKCE verifier, decoded', text)]),
      ...this.tokens.flatMap((text) => [
        textNeedle('token of Facebook', text),
        textNeedle('proof of a token of Facebook', proofOf(text)),
      ]),
      ...Object.entries(this.words).map(([name, text]) => textNeedle(`Facebook: ${name}`, text)),
    ];
  }
}

const bytesOf = (name: string, text: string, encoding: BufferEncoding): Needle => ({
  name: `${name}, decoded`,
  bytes: Buffer.from(text, encoding),
});
