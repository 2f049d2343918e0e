import {
  APP,
  ASKED,
  type FakePage,
  type FakeToken,
  GraphRefusal,
  graphTime,
  type GraphWorld,
  proofOf,
} from './graph-world.js';

export interface GraphCall {
  readonly method: string;
  /** Behind the version. */
  readonly path: string;
  /** Query and form together. */
  readonly values: URLSearchParams;
  readonly authorization: string;
  readonly origin: string;
}

type Route = (world: GraphWorld, call: GraphCall, id: string) => unknown;

const APP_TOKEN = `${APP.id}|${APP.secret}`;
const DAY_SECONDS = 86_400;

const secondsOf = ({ created_time }: { readonly created_time: string }) =>
  Math.floor(Date.parse(created_time.replace('+0000', 'Z')) / 1000);

const textOfToken = ({ authorization, values }: GraphCall) =>
  authorization.replace(/^(Bearer|OAuth) /, '') || (values.get('access_token') ?? '');

/** The token of a call, with the proof that whoever asks has the app's secret. */
function tokenOf(world: GraphWorld, call: GraphCall, kind?: 'user' | 'page'): FakeToken {
  const text = textOfToken(call);
  if (text === '') throw new GraphRefusal(400, 104, 'An access token is required to request this resource.');
  const token = world.tokens.get(text);
  if (!token) throw new GraphRefusal(400, 190, 'Invalid OAuth access token - Cannot parse access token');
  const proof = call.values.get('appsecret_proof');
  if (proof === null) throw new GraphRefusal(400, 100, 'API calls from the server require an appsecret_proof argument');
  if (proof !== proofOf(text))
    throw new GraphRefusal(400, 100, 'Invalid appsecret_proof provided in the API argument', {
      type: 'GraphMethodException',
    });
  if (token.dead === 'expired')
    throw new GraphRefusal(400, 190, 'Error validating access token: Session has expired on Sunday, 01-Mar-26.', {
      error_subcode: 463,
    });
  if (token.dead === 'revoked')
    throw new GraphRefusal(400, 190, 'Error validating access token: The user has not authorized application.', {
      error_subcode: 458,
    });
  if (kind && token.kind !== kind) throw new GraphRefusal(403, 200, `(#200) A ${kind} access token is required`);
  return token;
}

function demand({ person }: FakeToken, scope: string): void {
  if (!person.granted.has(scope))
    throw new GraphRefusal(403, 10, `(#10) This endpoint requires the '${scope}' permission`);
}

const accessToken: Route = (world, { values }) => {
  const value = (name: string) => values.get(name) ?? '';
  if (value('client_id') !== APP.id || value('client_secret') !== APP.secret)
    throw new GraphRefusal(400, 1, 'Error validating client secret.');
  if (value('grant_type') === 'fb_exchange_token') {
    const short = world.tokens.get(value('fb_exchange_token'));
    if (!short || short.dead) throw new GraphRefusal(400, 190, 'Error validating access token');
    const long = world.newToken({ kind: 'user', person: short.person, isLong: true });
    return { access_token: long.text, token_type: 'bearer', expires_in: 60 * DAY_SECONDS };
  }
  const person = world.takeCode(value('code'), value('redirect_uri'), value('code_verifier'));
  if (!person)
    throw new GraphRefusal(
      400,
      100,
      'Error validating verification code. Please make sure your redirect_uri is identical',
      {
        error_subcode: 36_008,
      },
    );
  const token = world.newToken({ kind: 'user', person, isLong: false });
  return { access_token: token.text, token_type: 'bearer', expires_in: 5_184 };
};

const debugToken: Route = (world, call) => {
  if (textOfToken(call) !== APP_TOKEN) throw new GraphRefusal(400, 190, 'Invalid OAuth access token signature.');
  const token = world.tokens.get(call.values.get('input_token') ?? '');
  if (!token || token.dead) return { data: { is_valid: false, error: { code: 190, message: 'expired' }, scopes: [] } };
  const now = Math.floor(Date.now() / 1000);
  return {
    data: {
      app_id: APP.id,
      type: 'USER',
      application: 'Daybook',
      data_access_expires_at: now + 90 * DAY_SECONDS,
      expires_at: now + 60 * DAY_SECONDS,
      is_valid: true,
      scopes: [...token.person.granted],
      user_id: token.person.id,
    },
  };
};

/** One page of a list, with the cursors and addresses that Graph gives. */
function paged<T>(call: GraphCall, rows: readonly T[], by: 'cursor' | 'until', timeOf?: (row: T) => number) {
  const { values, origin, path } = call;
  const limit = Math.min(Number(values.get('limit') ?? 25), 100);
  const offset = Number(
    Buffer.from(values.get('after') ?? values.get('__paging_token') ?? '', 'base64').toString() || 0,
  );
  const data = rows.slice(offset, offset + limit);
  if (data.length === 0) return { data };
  const place = Buffer.from(String(offset + data.length)).toString('base64');
  const next = new URL(`${origin}/v25.0${path}`);
  for (const [name, value] of values) if (name !== 'after') next.searchParams.set(name, value);
  next.searchParams.set('access_token', textOfToken(call));
  if (by === 'cursor') next.searchParams.set('after', place);
  else {
    next.searchParams.set('until', String(timeOf?.(data.at(-1) as T)));
    next.searchParams.set('__paging_token', place);
  }
  const hasMore = offset + data.length < rows.length;
  const cursors = { before: Buffer.from(String(offset)).toString('base64'), after: place };
  return { data, paging: { ...(by === 'cursor' && { cursors }), ...(hasMore && { next: next.href }) } };
}

const fieldsOf = <T extends object>({ values }: GraphCall, rows: readonly T[], fallback: string): object[] => {
  const names = (values.get('fields') ?? fallback).split(',');
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).filter(([name]) => name === 'id' || names.includes(name))),
  );
};

const posts: Route = (world, call) => {
  const token = tokenOf(world, call, 'user');
  demand(token, 'user_posts');
  const since = Number(call.values.get('since') ?? 0);
  const found = token.person.posts.filter((post) => secondsOf(post) >= since).toReversed();
  const page = paged(call, found, 'until', secondsOf);
  return { ...page, data: fieldsOf(call, page.data, 'id,message,created_time') };
};

const accounts: Route = (world, call) => {
  const token = tokenOf(world, call, 'user');
  demand(token, 'pages_show_list');
  const rows = token.person.pages.map((page) => ({
    id: page.id,
    name: page.name,
    category: 'Blog',
    tasks: ['CREATE_CONTENT', 'MODERATE'],
    access_token: world.newToken({ kind: 'page', person: token.person, page, isLong: token.isLong }).text,
  }));
  const page = paged(call, rows, 'cursor');
  return { ...page, data: fieldsOf(call, page.data, 'id,name,access_token') };
};

function pageOf(world: GraphWorld, call: GraphCall, id: string): { token: FakeToken; page: FakePage } {
  const token = tokenOf(world, call, 'page');
  if (token.page?.id !== id) throw new GraphRefusal(403, 200, '(#200) The page token is of another page');
  return { token, page: token.page };
}

const publish: Route = (world, call, id) => {
  const { token, page } = pageOf(world, call, id);
  demand(token, 'pages_manage_posts');
  const message = call.values.get('message') ?? '';
  if (message === '') throw new GraphRefusal(400, 100, '(#100) Missing message or attachment');
  if (page.feed.at(-1)?.message === message)
    throw new GraphRefusal(400, 506, '(#506) Duplicate status message', { error_subcode: 1_455_006 });
  const post = { id: `${page.id}_${world.newId()}`, message, created_time: graphTime(new Date()) };
  page.feed.push(post);
  return { id: post.id };
};

const feed: Route = (world, call, id) => {
  const { token, page } = pageOf(world, call, id);
  demand(token, 'pages_read_engagement');
  const since = Number(call.values.get('since') ?? 0);
  const found = page.feed.filter((post) => secondsOf(post) >= since).toReversed();
  const listed = paged(call, found, 'cursor');
  return { ...listed, data: fieldsOf(call, listed.data, 'id,message,created_time') };
};

const permissions: Route = (world, call) => {
  const { person } = tokenOf(world, call, 'user');
  // What a person said no to is told as well.
  return {
    data: ASKED.map((permission) => ({ permission, status: person.granted.has(permission) ? 'granted' : 'declined' })),
  };
};

/** By a token of the person, or of the app. */
const revoke: Route = (world, call, id) => {
  const person = textOfToken(call) === APP_TOKEN ? world.people.get(id) : tokenOf(world, call, 'user').person;
  if (!person) throw new GraphRefusal(400, 100, `Unsupported delete request. Object with ID '${id}' does not exist`);
  if (world.tokensOf(person).every(({ dead }) => dead === 'revoked'))
    throw new GraphRefusal(400, 100, '(#100) User has not installed the app');
  world.kill(person, 'revoked');
  return { success: true };
};

/** Told to the app itself, whose token is its id and secret. */
const app: Route = (_world, call) => {
  const text = textOfToken(call);
  if (text !== APP_TOKEN) throw new GraphRefusal(400, 190, 'Invalid OAuth access token signature.');
  if (call.values.get('appsecret_proof') !== proofOf(text))
    throw new GraphRefusal(400, 100, 'Invalid appsecret_proof provided in the API argument');
  return { id: APP.id };
};

const me: Route = (world, call) => ({ id: tokenOf(world, call, 'user').person.id });

const ROUTES: readonly (readonly [string, RegExp, Route])[] = [
  ['POST', /^\/oauth\/access_token$/, accessToken],
  ['GET', /^\/debug_token$/, debugToken],
  ['GET', /^\/app$/, app],
  ['GET', /^\/me$/, me],
  ['GET', /^\/me\/permissions$/, permissions],
  ['GET', /^\/me\/accounts$/, accounts],
  ['GET', /^\/me\/posts$/, posts],
  ['DELETE', /^\/(\w+)\/permissions$/, revoke],
  ['POST', /^\/(\d+)\/feed$/, publish],
  ['GET', /^\/(\d+)\/feed$/, feed],
];

/** What Graph answers. @throws GraphRefusal */
export function answerCall(world: GraphWorld, call: GraphCall): unknown {
  for (const [method, path, route] of ROUTES) {
    const match = path.exec(call.path);
    if (match && method === call.method) return route(world, call, match[1] ?? '');
  }
  throw new GraphRefusal(400, 2500, `Unknown path components: ${call.path}`);
}
