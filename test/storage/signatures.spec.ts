import { request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sendRaw } from '../harness/raw-http.js';
import { bytesOf, sha256, startTestStore, type TestStore } from '../harness/store.js';
import { send, StoreWorld } from './store-world.js';

const none = () => undefined;
/** The SDK warns of every stream that cannot be sent twice. */
const SILENT = { debug: none, info: none, warn: none, error: none };

interface SentRequest {
  readonly headers: Record<string, string>;
  readonly query: Record<string, string>;
  path: string;
  method: string;
}

describe('the embedded store', () => {
  let store: TestStore;
  let world: StoreWorld;
  beforeAll(async () => {
    store = await startTestStore();
    world = new StoreWorld(store.environment);
  });
  afterAll(async () => {
    world.close();
    await store.stop();
  });

  const clientWith = (change: S3ClientConfig = {}) => {
    const { S3_ACCESS_KEY_ID = '', S3_SECRET_ACCESS_KEY = '' } = store.environment;
    return new S3Client({
      endpoint: store.origin,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: S3_ACCESS_KEY_ID, secretAccessKey: S3_SECRET_ACCESS_KEY },
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      maxAttempts: 1,
      logger: SILENT,
      ...change,
    });
  };
  /** Puts one object with a client of its own, whose requests are changed after they were signed; answers S3's code. */
  const put = async (
    config: S3ClientConfig,
    tamper: (sent: SentRequest) => void = () => undefined,
    input: Partial<PutObjectCommandInput> = {},
  ): Promise<string> => {
    const client = clientWith(config);
    client.middlewareStack.add(
      (next) => (args) => {
        tamper(args.request as SentRequest);
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low', name: 'tamper' },
    );
    const key = world.newKey();
    try {
      await client.send(new PutObjectCommand({ Bucket: 'daybook', Key: key, Body: bytesOf(100), ...input }));
      return 'taken';
    } catch (error) {
      expect(await world.store.find(key)).toBeNull();
      return (error as Error).name;
    } finally {
      client.destroy();
    }
  };
  const later = (minutes: number) => ({ systemClockOffset: minutes * 60_000 });

  it('takes what is signed in the header', async () => {
    expect(await put({})).toBe('taken');
    expect(await put(later(14))).toBe('taken');
  });

  it.each<[string, S3ClientConfig, string]>([
    [
      'with another secret',
      { credentials: { accessKeyId: 'test-access-key', secretAccessKey: 'x' } },
      'SignatureDoesNotMatch',
    ],
    ['with another access key', { credentials: { accessKeyId: 'x', secretAccessKey: 'x' } }, 'InvalidAccessKeyId'],
    ['for another region', { region: 'eu-west-1' }, 'AccessDenied'],
    ['with a clock that is behind', later(-16), 'RequestTimeTooSkewed'],
    ['with a clock that is ahead', later(16), 'RequestTimeTooSkewed'],
  ])('refuses what is signed %s', async (_how, config, code) => {
    expect(await put(config)).toBe(code);
  });

  it.each<[string, (sent: SentRequest) => void, string]>([
    [
      'the body',
      ({ headers }) => (headers['x-amz-content-sha256'] = sha256(bytesOf(1)).toString('hex')),
      'SignatureDoesNotMatch',
    ],
    ['the date', ({ headers }) => (headers['x-amz-date'] = '20261121T000000Z'), 'RequestTimeTooSkewed'],
    ['a parameter', ({ query }) => (query['x-id'] = 'GetObject'), 'SignatureDoesNotMatch'],
    ['the place', (sent) => (sent.path += '-other'), 'SignatureDoesNotMatch'],
    ['metadata', ({ headers }) => (headers['x-amz-meta-owner'] = 'eve'), 'AccessDenied'],
    ['the type', ({ headers }) => (headers['content-type'] = 'text/html'), 'SignatureDoesNotMatch'],
    ['the way it is signed', ({ headers }) => (headers['authorization'] = 'AWS x:y'), 'AuthorizationHeaderMalformed'],
    ['the signature', ({ headers }) => delete headers['authorization'], 'AccessDenied'],
  ])('refuses what was changed after it was signed: %s', async (_what, tamper, code) => {
    expect(await put({}, tamper, { ContentType: 'image/png' })).toBe(code);
  });

  it('refuses bytes that no signature names, and chunks that it does not check', async () => {
    const url = await getSignedUrl(world.client, new PutObjectCommand({ Bucket: 'daybook', Key: world.newKey() }));
    expect(await send({ method: 'PUT', url, headers: {} }, bytesOf(10))).toMatchObject({
      status: 400,
      code: 'InvalidRequest',
    });
    const crc = { requestChecksumCalculation: 'WHEN_SUPPORTED' } as const;
    expect(await put(crc)).toBe('NotImplemented');
    const stream = { Body: Readable.from([bytesOf(100)]), ContentLength: 100 };
    expect(await put(crc, undefined, stream)).toBe('NotImplemented');
  });

  it('refuses a body that differs from the hash it was signed with', async () => {
    const client = clientWith();
    client.middlewareStack.add(
      (next) => (args) => {
        Object.assign(args.request as object, { body: bytesOf(100) });
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low', name: 'swap' },
    );
    const command = new PutObjectCommand({ Bucket: 'daybook', Key: world.newKey(), Body: bytesOf(100) });
    await expect(client.send(command)).rejects.toMatchObject({ name: 'XAmzContentSHA256Mismatch' });
    client.destroy();
  });

  it('looks at a checksum in the address as at one in a header', async () => {
    const [bytes, key] = [bytesOf(10), world.newKey()];
    const input = { Bucket: 'daybook', Key: key, ChecksumSHA256: sha256(bytes).toString('base64') };
    const url = await getSignedUrl(world.client, new PutObjectCommand(input));
    expect((await send({ method: 'PUT', url, headers: {} }, bytesOf(10))).code).toBe('BadDigest');
    expect((await send({ method: 'PUT', url, headers: {} }, bytes)).status).toBe(200);
  });

  it('says of everything else that it is not there, and leaves nothing out silently', async () => {
    const { key } = await world.newObject();
    const place = { Bucket: 'daybook', Key: world.newKey() };
    const refused = [
      new PutObjectCommand({ ...place, Body: 'x', ACL: 'public-read' }),
      new PutObjectCommand({ ...place, Body: 'x', ServerSideEncryption: 'AES256' }),
      new PutObjectCommand({ ...place, Body: 'x', Tagging: 'a=b' }),
      new GetObjectCommand({ ...place, VersionId: '1' }),
      new GetObjectCommand({ ...place, PartNumber: 1 }),
      new CopyObjectCommand({ ...place, CopySource: `daybook/${key}` }),
      new CreateMultipartUploadCommand({ ...place, ChecksumAlgorithm: 'CRC32' }),
    ];
    for (const command of refused)
      await expect(world.client.send(command as GetObjectCommand)).rejects.toMatchObject({ name: 'NotImplemented' });
    expect(await world.store.find(place.Key)).toBeNull();
  });

  it('knows one bucket', async () => {
    await world.store.reach();
    await expect(world.client.send(new HeadBucketCommand({ Bucket: 'other' }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 404 },
    });
    await expect(world.client.send(new GetObjectCommand({ Bucket: 'other', Key: 'a' }))).rejects.toMatchObject({
      name: 'NoSuchBucket',
    });
  });

  it('deletes a list of objects', async () => {
    const [one, two, three] = [await world.newObject(), await world.newObject(), await world.newObject()];
    const Objects = [{ Key: one.key }, { Key: two.key }, { Key: 'not <there> & never "was"' }];
    const command = new DeleteObjectsCommand({ Bucket: 'daybook', Delete: { Objects }, ChecksumAlgorithm: 'SHA256' });
    const { Deleted, Errors } = await world.client.send(command);
    expect([Deleted?.map(({ Key }) => Key), Errors]).toEqual([Objects.map(({ Key }) => Key), undefined]);
    expect([await world.store.find(one.key), await world.store.find(two.key)]).toEqual([null, null]);
    expect(await world.store.find(three.key)).not.toBeNull();
  });

  it('answers what is no request for it in a way that S3 clients read', async () => {
    const signed = (await world.presignPut(world.newKey(), bytesOf(10))).url.replace(store.origin, '');
    const head = `Host: ${new URL(store.origin).host}\r\nConnection: close\r\n`;
    const raw = async (line: string, more = '', body = '') => {
      const {
        status,
        contentType,
        body: xml,
      } = await sendRaw(store.origin, `${line} HTTP/1.1\r\n${head}${more}\r\n${body}`);
      return [status, contentType, /<Code>(\w+)<\/Code>/.exec(xml)?.[1]];
    };
    const refused = (status: number, code: string) => [status, 'application/xml', code];
    expect(await raw('GET /daybook/%zz')).toEqual(refused(400, 'InvalidURI'));
    expect(await raw('GET /daybook/%ff')).toEqual(refused(400, 'InvalidURI'));
    expect(await raw('GET http://other/daybook/a')).toEqual(refused(400, 'InvalidURI'));
    expect(await raw('GET /daybook/a?a=1&a=2')).toEqual(refused(400, 'InvalidArgument'));
    expect(await raw('GET /')).toEqual(refused(403, 'AccessDenied'));
    expect(await raw(`PUT ${signed}`, 'Authorization: AWS4-HMAC-SHA256 x\r\n')).toEqual(
      refused(400, 'InvalidArgument'),
    );
    expect(await raw(`PUT ${signed}&X-Amz-Expires=9`)).toEqual(refused(400, 'InvalidArgument'));
    expect(await raw(`PUT ${signed}`, 'Transfer-Encoding: chunked\r\n', '0\r\n\r\n')).toEqual(
      refused(403, 'SignatureDoesNotMatch'),
    );
    const past = signed.replace('X-Amz-Expires=300', 'X-Amz-Expires=604801');
    expect(await raw(`PUT ${past}`)).toEqual(refused(400, 'AuthorizationQueryParametersError'));
  });

  it('says what is wrong before the body is sent, to those who ask first', async () => {
    const bytes = bytesOf(1000);
    const { url, headers } = await world.presignPut(world.newKey(), bytes);
    const ask = (target: string) =>
      new Promise<[number, number | undefined]>((resolve, reject) => {
        const all = { ...headers, 'content-length': bytes.length, expect: '100-continue' };
        const sent = httpRequest(target, { method: 'PUT', headers: all });
        let continues = 0;
        sent.on('continue', () => {
          continues += 1;
          sent.end(bytes);
        });
        sent.on('response', (answer) => {
          answer.resume();
          resolve([continues, answer.statusCode]);
          sent.destroy();
        });
        sent.on('error', reject);
        sent.flushHeaders();
      });
    expect(await ask(url.replace('/object', '/other'))).toEqual([0, 403]);
    expect(await ask(url)).toEqual([1, 200]);
  });
});
