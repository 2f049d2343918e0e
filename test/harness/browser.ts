import type { Answer, Http } from './http.js';

export const ACCESS_COOKIE = '__Host-daybook_access';
export const REFRESH_COOKIE = '__Secure-daybook_refresh';
/** What a browser says of a request that a page of the server's own origin makes. */
export const OWN_PAGE = { 'sec-fetch-site': 'same-origin' };

interface Cookie {
  readonly value: string;
  readonly path: string;
}

/** Sends requests as a page of the server's own origin does: with the cookies that are for the address, and with no token. */
export class Browser {
  readonly cookies = new Map<string, Cookie>();

  constructor(private readonly http: Http) {}

  get(path: string, headers: Record<string, string> = OWN_PAGE): Promise<Answer> {
    return this.send('GET', path, undefined, headers);
  }

  post(path: string, body?: object, headers: Record<string, string> = OWN_PAGE): Promise<Answer> {
    return this.send('POST', path, body, headers);
  }

  async send(method: string, path: string, body: object | undefined, headers: Record<string, string>): Promise<Answer> {
    const cookie = this.headerFor(new URL(this.http.base + path).pathname);
    const answer = await this.http.send(method, path, body && JSON.stringify(body), {
      token: undefined,
      headers: { ...(cookie !== '' && { cookie }), ...headers },
    });
    for (const line of answer.headers.getSetCookie()) this.keep(line);
    return answer;
  }

  valueOf(name: string): string {
    return this.cookies.get(name)?.value ?? '';
  }

  /** Access and refresh token, as only the browser itself sees them. */
  get tokens(): [string, string] {
    return [this.valueOf(ACCESS_COOKIE), this.valueOf(REFRESH_COOKIE)];
  }

  private headerFor(pathname: string): string {
    const sent = [...this.cookies].filter(([, { path }]) => path === '/' || `${pathname}/`.startsWith(`${path}/`));
    return sent.map(([name, { value }]) => `${name}=${value}`).join('; ');
  }

  private keep(line: string): void {
    const [pair = '', ...attributes] = line.split('; ');
    const [name = '', value = ''] = pair.split('=');
    const path = attributes.find((attribute) => attribute.startsWith('Path='))?.slice('Path='.length) ?? '/';
    if (attributes.includes('Max-Age=0')) this.cookies.delete(name);
    else this.cookies.set(name, { value, path });
  }
}
