/** One answer, read whole. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The JSON of the body; undefined where there is none. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read answers of every shape
  readonly body: any;
}

export interface Options {
  readonly token?: string | undefined;
  readonly headers?: Record<string, string>;
}

/** Speaks real HTTP to the server under test. */
export class Http {
  constructor(
    readonly base: string,
    private readonly token?: string,
  ) {}

  /** The same server, asked by somebody else. */
  withToken(token: string): Http {
    return new Http(this.base, token);
  }

  get(path: string, options: Options = {}): Promise<Answer> {
    return this.send('GET', path, undefined, options);
  }

  post(path: string, body?: unknown, options: Options = {}): Promise<Answer> {
    return this.send('POST', path, body === undefined ? undefined : JSON.stringify(body), options);
  }

  /** Any method, with a body sent as it is: also what is not JSON. */
  async send(
    method: string,
    path: string,
    body: string | Uint8Array | undefined,
    options: Options = {},
  ): Promise<Answer> {
    const token = 'token' in options ? options.token : this.token;
    const headers = {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...options.headers,
    };
    const response = await fetch(this.base + path, {
      method,
      headers,
      ...(body !== undefined && { body: body as string }),
    });
    const text = await response.text();
    const isJson = text !== '' && /json\b/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined };
  }
}
