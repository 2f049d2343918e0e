import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { Config } from '../../../platform/config/config.js';
import { Outbound, type OutboundAnswer } from '../../../platform/outbound/outbound.js';
import { OutboundFailed } from '../../../platform/outbound/outbound-failed.js';
import {
  AppAnswer,
  FeedAnswer,
  Me,
  PagesAnswer,
  PermissionsAnswer,
  type Post,
  PostsAnswer,
  PostsPlace,
  Published,
  TokenAnswer,
} from './graph.schema.js';
import { GraphFailed, jsonOf } from './graph-failed.js';
import { type Usage, usageOf } from './graph-usage.js';

/** What Daybook asks a person for at Facebook. */
export const SCOPES = [
  'public_profile',
  'user_posts',
  'pages_show_list',
  'pages_read_engagement',
  'pages_manage_posts',
] as const;

/** Several of these calls come in one request of a user, which has ten seconds. */
const CONNECTING_MS = 2_000;
const POSTS_PER_CALL = 50;
const PAGES_MAX = 100;
const RECENT_MAX = 25;

export interface Page {
  readonly id: string;
  readonly name: string;
  readonly accessToken: string;
}

interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** In the header; with the proof that who uses it has the app's secret. */
  readonly token?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

interface App {
  readonly id: string;
  readonly secret: string;
  readonly redirectUri: string;
}

/** Meta's Graph API, as far as Daybook uses it. Secrets travel in headers and bodies, never in an address. */
@Injectable()
export class GraphApi {
  private readonly app: App | null;
  private readonly graph: string;
  private readonly dialog: string;
  private readonly version: string;

  constructor(
    private readonly outbound: Outbound,
    { values }: Config,
  ) {
    const { FACEBOOK_APP_ID: id, FACEBOOK_APP_SECRET: secret, FACEBOOK_REDIRECT_URI: redirectUri } = values;
    this.app = id && secret && redirectUri ? { id, secret: secret.reveal(), redirectUri } : null;
    this.graph = values.FACEBOOK_GRAPH_URL;
    this.dialog = values.FACEBOOK_DIALOG_URL;
    this.version = values.FACEBOOK_GRAPH_VERSION;
  }

  get isConfigured(): boolean {
    return this.app !== null;
  }

  /** Where a person's browser goes to agree. @param challenge of PKCE (RFC 7636, section 4.2), S256 */
  dialogUrl({ state, challenge }: { readonly state: string; readonly challenge: string }): string {
    const url = new URL(`${this.dialog}/${this.version}/dialog/oauth`);
    const { id, redirectUri } = this.configured;
    const parameters = {
      client_id: id,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: SCOPES.join(','),
      state,
      code_challenge: challenge,
      code_challenge_method: 'S256',
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url.href;
  }

  /** The short-lived token for a code. @throws GraphFailed */
  async exchangeCode(code: string, verifier: string): Promise<string> {
    const { redirectUri } = this.configured;
    const form = { code, code_verifier: verifier, redirect_uri: redirectUri };
    return (await this.tokenFor(form)).access_token;
  }

  /** The token that lives about 60 days, for the short-lived one; for how many seconds, where it is said. @throws GraphFailed */
  async prolong(token: string): Promise<{ token: string; seconds: number | null }> {
    const answer = await this.tokenFor({ grant_type: 'fb_exchange_token', fb_exchange_token: token });
    return { token: answer.access_token, seconds: answer.expires_in ?? null };
  }

  /** Whose token it is: their id for this app alone. @throws GraphFailed */
  async personOf(token: string): Promise<string> {
    const query = { fields: 'id' };
    const { value } = await this.call(Me, { method: 'GET', path: '/me', query, token, timeoutMs: CONNECTING_MS });
    return value.id;
  }

  /** What the person has allowed. @throws GraphFailed */
  async scopesOf(token: string): Promise<string[]> {
    const call = { method: 'GET', path: '/me/permissions', token, timeoutMs: CONNECTING_MS } as const;
    const { value } = await this.call(PermissionsAnswer, call);
    return value.data.filter(({ status }) => status === 'granted').map(({ permission }) => permission);
  }

  /** The first hundred pages that a person may publish on. @throws GraphFailed */
  async pages(token: string): Promise<Page[]> {
    const query = { fields: 'id,name,access_token', limit: String(PAGES_MAX) };
    const { value } = await this.call(PagesAnswer, {
      method: 'GET',
      path: '/me/accounts',
      query,
      token,
      timeoutMs: CONNECTING_MS,
    });
    return value.data.flatMap(({ id, name, access_token: accessToken }) =>
      accessToken === undefined ? [] : [{ id, name, accessToken }],
    );
  }

  /** A person's own posts, newest first. @param since nothing older; @throws GraphFailed */
  async posts(
    token: string,
    { since, place = {} }: { readonly since: Date | null; readonly place?: PostsPlace | undefined },
  ): Promise<{ posts: Post[]; next: PostsPlace | null; usage: Usage }> {
    const query = {
      fields: 'id,message,created_time,permalink_url,place',
      limit: String(POSTS_PER_CALL),
      ...(since && { since: secondsOf(since) }),
      ...Object.fromEntries(Object.entries(place).filter((entry): entry is [string, string] => entry[1] !== undefined)),
    };
    const { value, usage } = await this.call(PostsAnswer, { method: 'GET', path: '/me/posts', query, token });
    const next = value.paging?.next;
    return { posts: value.data, next: next === undefined ? null : placeIn(next), usage };
  }

  /** Publishes a text; the id of the post. @throws GraphFailed */
  async publish(pageToken: string, pageId: string, message: string): Promise<string> {
    const path = `/${pageId}/feed`;
    const { value } = await this.call(Published, { method: 'POST', path, form: { message }, token: pageToken });
    return value.id;
  }

  /** The id of the newest post of a page with this text, not older than `since`. @throws GraphFailed */
  async findPublished(pageToken: string, pageId: string, message: string, since: Date): Promise<string | null> {
    const query = { fields: 'id,message', limit: String(RECENT_MAX), since: secondsOf(since) };
    const path = `/${pageId}/feed`;
    const { value } = await this.call(FeedAnswer, { method: 'GET', path, query, token: pageToken });
    return value.data.find((post) => post.message?.trim() === message.trim())?.id ?? null;
  }

  /** Takes back all that a person has allowed the app. That there is nothing to take back is no failure. @throws GraphFailed */
  async revoke(providerUserId: string): Promise<void> {
    const { id, secret } = this.configured;
    try {
      await this.send({ method: 'DELETE', path: `/${providerUserId}/permissions`, token: `${id}|${secret}` });
    } catch (error) {
      const isGone = error instanceof GraphFailed && (error.failure === 'refused' || error.failure === 'reconnect');
      if (!isGone) throw error;
    }
  }

  /** Who the app is, asked in its own name: Graph tells whoever has its secret. @throws GraphFailed */
  async appId(): Promise<string> {
    const { id, secret } = this.configured;
    const query = { fields: 'id' };
    const { value } = await this.call(AppAnswer, { method: 'GET', path: '/app', query, token: `${id}|${secret}` });
    return value.id;
  }

  private get configured(): App {
    if (!this.app) throw new Error('Facebook is not configured');
    return this.app;
  }

  private async tokenFor(grant: Readonly<Record<string, string>>): Promise<z.infer<typeof TokenAnswer>> {
    const { id, secret } = this.configured;
    const form = { client_id: id, client_secret: secret, ...grant };
    const path = '/oauth/access_token';
    const { value } = await this.call(TokenAnswer, { method: 'POST', path, form, timeoutMs: CONNECTING_MS });
    return value;
  }

  private async call<T>(schema: z.ZodType<T>, call: Call): Promise<{ value: T; usage: Usage }> {
    const { headers, body } = await this.send(call);
    const parsed = schema.safeParse(jsonOf(body));
    // An answer that is none of Graph's: it may come from something between.
    if (!parsed.success) throw new GraphFailed('refused', call.method === 'POST');
    return { value: parsed.data, usage: usageOf(headers) };
  }

  private async send({ method, path, token, query, form, timeoutMs }: Call): Promise<OutboundAnswer> {
    const url = new URL(`${this.graph}/${this.version}${path}`);
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
    if (token !== undefined) url.searchParams.set('appsecret_proof', this.proofOf(token));
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const request = { method, url, headers, ...(form && { form }), ...(timeoutMs && { timeoutMs }) };
    const answer = await this.outbound.request([this.graph], request).catch((error: unknown) => {
      throw error instanceof OutboundFailed ? GraphFailed.unanswered(error) : error;
    });
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw GraphFailed.answered(answer);
  }

  /** (Graph API, Securing Graph API Calls) */
  private proofOf(token: string): string {
    return createHmac('sha256', this.configured.secret).update(token).digest('hex');
  }
}

const secondsOf = (at: Date) => String(Math.floor(at.getTime() / 1000));

/** The address in `paging.next` has the token in it and could lead anywhere: of it, the place alone is taken. */
function placeIn(next: string): PostsPlace | null {
  const place = PostsPlace.safeParse(Object.fromEntries(new URL(next).searchParams)).data ?? {};
  return Object.keys(place).length === 0 ? null : place;
}
