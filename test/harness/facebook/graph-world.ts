import { createHash, createHmac, randomBytes } from 'node:crypto';

/** A post of a person, as Graph tells of it. */
export interface FakePost {
  readonly id: string;
  readonly message?: string;
  readonly created_time: string;
  readonly permalink_url: string;
  readonly place?: { readonly id: string; readonly name: string; readonly location?: object };
}

export interface FakePage {
  readonly id: string;
  readonly name: string;
  /** What was published on it, newest last. */
  readonly feed: { readonly id: string; readonly message: string; readonly created_time: string }[];
}

export interface FakePerson {
  readonly id: string;
  readonly posts: FakePost[];
  readonly pages: FakePage[];
  /** What the person has allowed the app. */
  readonly granted: Set<string>;
}

export interface FakeToken {
  readonly text: string;
  readonly kind: 'user' | 'page';
  readonly person: FakePerson;
  readonly page?: FakePage;
  readonly isLong: boolean;
  /** Why it is of no use any more. */
  dead?: 'expired' | 'revoked';
}

interface FakeCode {
  readonly person: FakePerson;
  readonly redirectUri: string;
  readonly challenge: string | null;
}

/** What the app asks a person for. */
export const ASKED = ['public_profile', 'user_posts', 'pages_show_list', 'pages_read_engagement', 'pages_manage_posts'];
export const APP = { id: '1234567890', secret: '0123456789abcdef0123456789abcdef' };
export const REDIRECT_URI = 'https://app.example.com/facebook';

/** What Facebook knows: people, their pages and posts, and what was given out for them. */
export class GraphWorld {
  readonly people = new Map<string, FakePerson>();
  readonly tokens = new Map<string, FakeToken>();
  private readonly codes = new Map<string, FakeCode>();
  private last = 100_000_000_000_000;

  newId(): string {
    return String(++this.last);
  }

  newPerson({ pages = [] as readonly string[], withholds = [] as readonly string[] } = {}): FakePerson {
    const person: FakePerson = {
      id: this.newId(),
      posts: [],
      pages: pages.map((name) => ({ id: this.newId(), name, feed: [] })),
      granted: new Set(ASKED.filter((scope) => !withholds.includes(scope))),
    };
    this.people.set(person.id, person);
    return person;
  }

  /** Lets a person have posted something; the next is a minute younger. */
  post(person: FakePerson, message: string | undefined, more: Partial<FakePost> = {}): FakePost {
    const id = `${person.id}_${this.newId()}`;
    const at = Date.parse('2026-03-01T10:00:00Z') + person.posts.length * 60_000;
    const post: FakePost = {
      id,
      ...(message !== undefined && { message }),
      created_time: graphTime(new Date(at)),
      permalink_url: `https://www.facebook.com/${id}`,
      ...more,
    };
    person.posts.push(post);
    return post;
  }

  newCode(code: FakeCode): string {
    const text = `AQ${randomBytes(24).toString('base64url')}`;
    this.codes.set(text, code);
    return text;
  }

  /** A code is taken once, with the redirect URI and the verifier that belong to it. */
  takeCode(text: string, redirectUri: string, verifier: string): FakePerson | undefined {
    const code = this.codes.get(text);
    this.codes.delete(text);
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const fits = code && code.redirectUri === redirectUri && (code.challenge === null || code.challenge === challenge);
    return fits ? code.person : undefined;
  }

  newToken(token: Omit<FakeToken, 'text'>): FakeToken {
    const made = { ...token, text: `EAA${randomBytes(40).toString('hex')}` };
    this.tokens.set(made.text, made);
    return made;
  }

  tokensOf(person: FakePerson): FakeToken[] {
    return [...this.tokens.values()].filter((token) => token.person === person);
  }

  /** All that was given out for a person is of no use any more. */
  kill(person: FakePerson, dead: 'expired' | 'revoked'): void {
    for (const token of this.tokensOf(person)) token.dead = dead;
  }
}

/** As Graph writes times. */
export const graphTime = (at: Date): string => at.toISOString().replace(/\.\d{3}Z$/, '+0000');

export const proofOf = (token: string): string => createHmac('sha256', APP.secret).update(token).digest('hex');

/** An error as Graph answers it. */
export class GraphRefusal extends Error {
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
    readonly more: { readonly type?: string; readonly error_subcode?: number } = {},
  ) {
    super(message);
  }

  get body() {
    const { message, code, more } = this;
    return { error: { message, type: 'OAuthException', code, ...more, fbtrace_id: 'AbCdEfGhIjKlMnOpQrStUvW' } };
  }
}
