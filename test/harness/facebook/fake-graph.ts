import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll } from '@jest/globals';
import { answerCall } from './graph-routes.js';
import { APP, type FakePerson, GraphRefusal, GraphWorld, REDIRECT_URI } from './graph-world.js';

/** Something that goes wrong: for calls of a method and a path, so many times. */
export interface Fault {
  readonly method?: string;
  readonly path: RegExp;
  readonly times?: number;
  /** `away`: nothing is done; `lost`: it is done, and the answer does not arrive; `hidden`: a list does not show yet what is in it. */
  readonly how: 'away' | 'lost' | 'hidden' | GraphRefusal;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One call as it arrived. */
export interface SeenCall {
  readonly method: string;
  readonly path: string;
  readonly url: string;
  readonly values: URLSearchParams;
}

/** The Graph API and the login dialog, as far as Daybook speaks to them, over real HTTP. */
export class FakeGraph {
  readonly world = new GraphWorld();
  readonly seen: SeenCall[] = [];
  /** Headers on every answer, such as those of usage. */
  headers: Record<string, string> = {};
  private faults: { fault: Fault; left: number }[] = [];
  private readonly server: Server;
  origin = '';

  constructor() {
    this.server = createServer((request, response) => void this.serve(request, response));
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.origin = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** What a server of ours needs in its environment to use this one. */
  environment(): Record<string, string> {
    return {
      SERVER_KEYS: `k1:${Buffer.alloc(32, 4).toString('base64url')}`,
      FACEBOOK_APP_ID: APP.id,
      FACEBOOK_APP_SECRET: APP.secret,
      FACEBOOK_REDIRECT_URI: REDIRECT_URI,
      FACEBOOK_GRAPH_URL: this.origin,
      FACEBOOK_DIALOG_URL: this.origin,
      OUTBOUND_ALLOWED_PRIVATE: this.origin.slice('http://'.length),
    };
  }

  fail(fault: Fault): void {
    this.faults.push({ fault, left: fault.times ?? 1 });
  }

  /** Everything works again, and nothing was seen. */
  recover(): void {
    this.faults = [];
    this.headers = {};
    this.seen.length = 0;
  }

  callsTo(method: string, path: RegExp): SeenCall[] {
    return this.seen.filter((call) => call.method === method && path.test(call.path));
  }

  /** What the browser of a person does at the dialog: the query with which it comes back. */
  async visit(authorizationUrl: string, person: FakePerson): Promise<URLSearchParams> {
    const response = await fetch(authorizationUrl, { redirect: 'manual', headers: { cookie: `c_user=${person.id}` } });
    const location = response.headers.get('location');
    if (response.status !== 302 || !location) throw new Error(`the dialog answered ${response.status}`);
    const { origin, pathname, searchParams } = new URL(location);
    if (origin + pathname !== REDIRECT_URI) throw new Error(`the dialog leads to ${origin}${pathname}`);
    return searchParams;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.origin);
    const [, version = '', path = ''] = /^\/(v\d+\.\d+)(\/.*)$/.exec(url.pathname) ?? [];
    const values = new URLSearchParams([...url.searchParams, ...new URLSearchParams(await text(request))]);
    const method = request.method ?? 'GET';
    this.seen.push({ method, path, url: url.href, values });
    if (version !== '' && path === '/dialog/oauth') return this.dialog(request, response, values);
    const fault = this.faultOf(method, path);
    if (fault?.how === 'away') return void request.socket.destroy();
    const { status, body } = this.answer(fault, { method, path, values, request });
    if (fault?.how === 'lost') return void request.socket.destroy();
    const headers = { 'content-type': 'application/json; charset=UTF-8', 'facebook-api-version': version };
    response.writeHead(status, { ...headers, ...this.headers, ...fault?.headers }).end(JSON.stringify(body));
  }

  private answer(
    fault: Fault | undefined,
    { request, ...call }: { method: string; path: string; values: URLSearchParams; request: IncomingMessage },
  ) {
    try {
      if (fault?.how instanceof GraphRefusal) throw fault.how;
      if (fault?.how === 'hidden') return { status: 200, body: { data: [] } };
      const authorization = request.headers.authorization ?? '';
      return { status: 200, body: answerCall(this.world, { ...call, authorization, origin: this.origin }) };
    } catch (error) {
      if (!(error instanceof GraphRefusal)) throw error;
      return { status: error.status, body: error.body };
    }
  }

  private faultOf(method: string, path: string): Fault | undefined {
    const found = this.faults.find(
      ({ fault, left }) => left > 0 && (fault.method ?? method) === method && fault.path.test(path),
    );
    if (found) found.left -= 1;
    return found?.fault;
  }

  /** The person is signed in at Facebook and agrees at once. */
  private dialog(request: IncomingMessage, response: ServerResponse, values: URLSearchParams): void {
    const person = this.world.people.get(/c_user=(\d+)/.exec(request.headers.cookie ?? '')?.[1] ?? '');
    const redirectUri = values.get('redirect_uri') ?? '';
    const isSound =
      values.get('client_id') === APP.id &&
      redirectUri === REDIRECT_URI &&
      values.get('response_type') === 'code' &&
      values.get('code_challenge_method') === 'S256';
    if (!person || !isSound) return void response.writeHead(400).end('URL blocked');
    const back = new URL(redirectUri);
    const code = this.world.newCode({ person, redirectUri, challenge: values.get('code_challenge') });
    back.searchParams.set('code', code);
    back.searchParams.set('state', values.get('state') ?? '');
    response.writeHead(302, { location: back.href }).end();
  }
}

/** One for the tests of a file; to be asked for before the server that uses it. */
export function useFacebook(): FakeGraph {
  const graph = new FakeGraph();
  beforeAll(() => graph.start());
  afterAll(() => graph.stop());
  return graph;
}
