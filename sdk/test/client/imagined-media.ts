import { createHash } from 'node:crypto';
import { MasterKey } from '../../src/crypto/index.js';
import { ObjectTransfer } from '../../src/media/object-transfer.js';
import type { WireMedia, WirePart, WireUpload } from '../../src/media/wire.js';
import { Media } from '../../src/media.js';
import { Session } from '../../src/session.js';
import { MemorySessionStore } from '../../src/session-store.js';
import type { Surroundings } from '../../src/surroundings.js';
import { Transport } from '../../src/transport.js';
import { type Answering, type Asked, json, refusal, sessionAt } from './imagined.js';

export const PART_BYTES = 4 * 1024 * 1024;
const WHOLE_BYTES_MAX = 16 * 1024 * 1024;
const STORE = 'https://objects.example.net';
const head = { seq: 1, hash: '' };

interface Kept {
  readonly announced: WireUpload;
  readonly announcedParts: Map<number, string>;
  readonly parts: Map<number, Uint8Array>;
  object?: Uint8Array;
  state: 'reserved' | 'ready';
  deletedAt: string | null;
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64url');

/** The media calls of an API, and a store that takes what was announced and nothing else: as far as a client sees them. */
export class ImaginedMedia {
  readonly kept = new Map<string, Kept>();
  /** Method and path of every request. */
  readonly log: string[] = [];
  /** What a test wants to answer instead; undefined: the usual. */
  meddle: (asked: Asked, url: URL) => Response | Error | undefined = () => undefined;
  #addresses = 0;

  constructor(readonly tier: 'uce' | 'e2e') {}

  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const { pathname } = new URL(url);
    const token = new Headers(init.headers).get('authorization');
    const body = init.body instanceof ArrayBuffer && !url.startsWith(STORE) ? new TextDecoder().decode(init.body) : '';
    const answer = await this.answer({ method: init.method ?? 'GET', path: pathname, token, body, init }, 0, url);
    init.signal?.throwIfAborted();
    if (answer instanceof Error) throw answer;
    return answer;
  };

  answer(asked: Asked, _n: number, href: string): ReturnType<Answering> {
    const url = new URL(href);
    this.log.push(`${asked.method} ${url.pathname.replace('/api/v1/media', '')}`);
    const meddled = this.meddle(asked, url);
    if (meddled) return meddled;
    if (url.origin === STORE) return this.#store(asked, url);
    if (!asked.token) return refusal(401, 'auth/signed-out');
    const [, id = '', verb = ''] = url.pathname.replace('/api/v1/media', '').split('/');
    if (asked.method === 'POST' && id === 'upload') return this.#reserve(JSON.parse(asked.body) as WireUpload);
    if (id === '') return this.#list(url);
    const kept = this.kept.get(id);
    if (!kept) return refusal(404, 'media/not-found');
    switch (`${asked.method} ${verb}`) {
      case 'GET ':
        return json(200, this.view(id));
      case 'POST parts':
        return this.#parts(kept, (JSON.parse(asked.body) as { parts: WirePart[] }).parts);
      case 'POST complete':
        return this.#complete(kept);
      case 'GET download':
        return json(200, { url: `${STORE}/${id}`, expires_at: '' });
      case 'DELETE ':
        return this.#remove(kept, url);
      case 'POST restore':
        kept.deletedAt = null;
        return json(200, { ...this.view(id), history_head: head });
      default:
        return refusal(404, 'http/not-found');
    }
  }

  view(id: string): WireMedia {
    const { announced, state, deletedAt } = this.#of(id);
    const { sha256 = null, sealed_metadata = null, thumbnail_of = null, ...rest } = announced;
    const thumbnail = [...this.kept.values()].find((one) => one.announced.thumbnail_of === id);
    const times = { created_at: '', ready_at: null, deleted_at: deletedAt };
    const shown = { state, sha256, sealed_metadata, thumbnail_of, thumbnail_id: thumbnail?.announced.id ?? null };
    return { tier: this.tier, ...rest, ...shown, ...times } as WireMedia;
  }

  #of(id: string): Kept {
    const kept = this.kept.get(id);
    if (!kept) throw new Error('there is no such media');
    return kept;
  }

  #reserve(announced: WireUpload): Response {
    const before = this.kept.get(announced.id);
    if (before && JSON.stringify(before.announced) !== JSON.stringify(announced)) return refusal(409, 'media/id-taken');
    const [announcedParts, parts] = [new Map<number, string>(), new Map<number, Uint8Array>()];
    if (!before) {
      this.kept.set(announced.id, { announced, announcedParts, parts, state: 'reserved', deletedAt: null });
    }
    const isWhole = announced.byte_size <= WHOLE_BYTES_MAX;
    if (isWhole !== (announced.sha256 !== undefined)) return refusal(422, 'request/invalid');
    const part_count = Math.ceil(announced.byte_size / PART_BYTES);
    const upload = isWhole ? this.#address(announced.id, 0) : { part_bytes: PART_BYTES, part_count };
    return json(before ? 200 : 201, { id: announced.id, upload, expires_at: '' });
  }

  #address(id: string, number: number) {
    const url = `${STORE}/${id}?part=${number}&address=${++this.#addresses}`;
    const { announced, announcedParts } = this.#of(id);
    const checksum = Buffer.from((number === 0 ? announced.sha256 : announcedParts.get(number)) ?? '', 'base64url');
    const type = number === 0 ? { 'content-type': announced.content_type } : {};
    const headers = { ...type, 'x-amz-checksum-sha256': checksum.toString('base64'), 'content-length': 'as it is' };
    return { method: 'PUT', url, headers, expires_at: '' };
  }

  #parts({ announced, announcedParts, parts }: Kept, asked: readonly WirePart[]): Response {
    for (const { number, sha256: checksum } of asked) announcedParts.set(number, checksum);
    const addresses = asked.map(({ number }) => ({ number, ...this.#address(announced.id, number) }));
    const uploaded = [...parts].filter(([n, part]) => sha256(part) === announcedParts.get(n)).map(([n]) => n);
    return json(200, { parts: addresses, uploaded });
  }

  #complete(kept: Kept): Response {
    const {
      announced,
      parts,
      object = Buffer.concat([...parts].toSorted(([a], [b]) => a - b).map(([, p]) => p)),
    } = kept;
    if (object.length !== announced.byte_size) return refusal(409, 'media/incomplete');
    kept.object = object;
    kept.state = 'ready';
    return json(200, { ...this.view(announced.id), history_head: head });
  }

  #remove(kept: Kept, url: URL): Response {
    const { id } = kept.announced;
    const isGone = kept.state === 'reserved' || url.searchParams.get('permanent') === 'true';
    kept.deletedAt = isGone ? null : '2026-11-21T07:30:00.000Z';
    const ofIt = [...this.kept].filter(([key, { announced }]) => key === id || announced.thumbnail_of === id);
    if (isGone) for (const [key] of ofIt) this.kept.delete(key);
    return json(200, { id, deleted_at: kept.deletedAt, history_head: head });
  }

  #list(url: URL): Response {
    const shown = [...this.kept.values()].filter(
      ({ announced, state }) => state === 'ready' && !announced.thumbnail_of,
    );
    const at = Number(url.searchParams.get('cursor') ?? 0);
    const to = at + Number(url.searchParams.get('limit') ?? 50);
    const data = shown.slice(at, to).map(({ announced }) => this.view(announced.id));
    return json(200, { data, next_cursor: to < shown.length ? String(to) : null });
  }

  #store({ method, token, init }: Asked, url: URL): Response {
    const kept = this.kept.get(url.pathname.slice(1));
    if (!kept || token !== null) return new Response('<Error/>', { status: 403 });
    if (method === 'GET') return given(kept.object, new Headers(init.headers).get('range'));
    const bytes = new Uint8Array(init.body as ArrayBuffer);
    const told = new Headers(init.headers);
    const checksum = Buffer.from(told.get('x-amz-checksum-sha256') ?? '', 'base64').toString('base64url');
    if (checksum !== sha256(bytes) || told.has('content-length')) return new Response('<Error/>', { status: 400 });
    const number = Number(url.searchParams.get('part'));
    if (number === 0) kept.object = bytes;
    else kept.parts.set(number, bytes);
    return new Response(null, { status: 200 });
  }
}

function given(object: Uint8Array | undefined, range: string | null): Response {
  if (!object) return new Response('<Error/>', { status: 404 });
  const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
  const headers = { 'content-type': 'application/octet-stream' };
  return new Response(object.slice(from), { status: range === null ? 200 : 206, headers });
}

/** A client of an imagined API, as one who is signed in has it. */
export function clientOf(imagined: ImaginedMedia, around: Surroundings, master = MasterKey.create()) {
  const record = sessionAt(around.now());
  const { tier } = imagined;
  const transport = new Transport(around);
  const store = new MemorySessionStore();
  const parts = { record: { ...record, tier, user: { ...record.user, tier } }, store, transport, around };
  const session = new Session(parts);
  return new Media(session, new ObjectTransfer(transport, around), tier === 'e2e' ? master : undefined);
}
