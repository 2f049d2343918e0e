import { S3Client } from '@aws-sdk/client-s3';
import { Config } from '../../src/platform/config/config.js';
import { ObjectStore } from '../../src/platform/storage/object-store.js';
import type { PresignedRequest } from '../../src/platform/storage/presigned.js';
import { bytesOf, sha256 } from '../harness/store.js';

const key = (byte: number) => `k1:${Buffer.alloc(32, byte).toString('base64url')}`;

/** What the rest of the server would need: nothing of it is connected to. */
const REST = {
  DATABASE_URL: 'postgres://none',
  REDIS_URL: 'redis://none',
  TOKEN_KEYS: key(1),
  PASSWORD_PEPPERS: key(2),
  SESSION_PEPPERS: key(3),
  MAIL_DIR: 'none',
};

export interface StoreAnswer {
  readonly status: number;
  /** The S3 code of a refusal. */
  readonly code: string | undefined;
  readonly headers: Headers;
  readonly bytes: Buffer;
}

/** Sends one request as a client would: with `fetch`, and nothing of the SDK. */
export async function send(
  { method, url, headers }: Pick<PresignedRequest, 'url' | 'headers'> & { readonly method: string },
  body?: Uint8Array,
): Promise<StoreAnswer> {
  const answer = await fetch(url, { method, headers, ...(body !== undefined && { body: Buffer.from(body) }) });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const code = answer.ok ? undefined : /<Code>(\w+)<\/Code>/.exec(bytes.toString())?.[1];
  return { status: answer.status, code, headers: answer.headers, bytes };
}

/** The store as the application sees it, and as clients and the SDK do. */
export class StoreWorld {
  readonly config: Config;
  readonly store: ObjectStore;
  readonly client: S3Client;
  readonly bucket: string;
  private count = 0;
  private readonly run = `test-${process.pid}-${Date.now()}`;

  constructor(environment: Record<string, string>) {
    this.config = Config.from({ ...REST, ...environment });
    this.store = new ObjectStore(this.config);
    const { values } = this.config;
    this.bucket = values.S3_BUCKET;
    this.client = new S3Client({
      ...(values.S3_ENDPOINT !== undefined && { endpoint: values.S3_ENDPOINT }),
      region: values.S3_REGION,
      forcePathStyle: values.S3_FORCE_PATH_STYLE,
      credentials: {
        accessKeyId: values.S3_ACCESS_KEY_ID ?? '',
        secretAccessKey: values.S3_SECRET_ACCESS_KEY?.reveal() ?? '',
      },
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      maxAttempts: 1,
    });
  }

  close(): void {
    this.store.onApplicationShutdown();
    this.client.destroy();
  }

  /** A key that nothing has yet. */
  newKey(name = 'object'): string {
    return `${this.run}/${++this.count}/${name}`;
  }

  presignPut(at: string, bytes: Uint8Array, contentType = 'application/octet-stream'): Promise<PresignedRequest> {
    return this.store.presignPut(at, { byteSize: bytes.length, sha256: sha256(bytes), contentType });
  }

  /** An object that is there, and its bytes. */
  async newObject(bytes: Uint8Array = bytesOf(1000), at = this.newKey()): Promise<{ key: string; bytes: Uint8Array }> {
    const { status, code } = await send(await this.presignPut(at, bytes), bytes);
    if (status !== 200) throw new Error(`the store answered ${status} ${code}`);
    return { key: at, bytes };
  }

  async fetch(at: string, headers: Record<string, string> = {}): Promise<StoreAnswer> {
    return send({ ...(await this.store.presignGet(at)), headers });
  }

  /** Uploads one part as announced; answers what is needed to complete. */
  async putPart(at: string, uploadId: string, number: number, bytes: Uint8Array) {
    const announced = { byteSize: bytes.length, sha256: sha256(bytes) };
    const answer = await send(await this.store.presignPart(at, uploadId, number, announced), bytes);
    if (answer.status !== 200) throw new Error(`the store answered ${answer.status} ${answer.code}`);
    return { number, etag: answer.headers.get('etag') ?? '', sha256: announced.sha256 };
  }
}
