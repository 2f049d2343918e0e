import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { buffer } from 'node:stream/consumers';

const TIMEOUT_MS = 5_000;

export interface PlainRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
  /** PEM of an authority to trust, instead of those that Node knows. */
  readonly ca: Buffer | undefined;
}

export interface PlainAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One HTTP request as it stands: `fetch` would know of no authority of ours. @throws Error where no answer comes in time */
export async function sendPlain({ method, url, headers, body, ca }: PlainRequest): Promise<PlainAnswer> {
  const options = { method, signal: AbortSignal.timeout(TIMEOUT_MS), ...(ca && { ca }) };
  const length = body === undefined ? {} : { 'content-length': body.length };
  const all = { ...options, headers: { ...headers, ...length }, agent: false as const };
  const request = url.startsWith('https:') ? requestHttps(url, all) : requestHttp(url, all);
  request.end(body);
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: await buffer(answer) };
}
