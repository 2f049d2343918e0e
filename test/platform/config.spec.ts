import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { Config } from '../../src/platform/config/config.js';

const key = (byte: number) => Buffer.alloc(32, byte).toString('base64url');
const sound = {
  DATABASE_URL: 'postgres://daybook_api:hunter2@localhost/daybook',
  QUEUE_DATABASE_URL: 'postgres://daybook_queue:hunter2@localhost/daybook',
  TOKEN_KEYS: `t1:${key(1)}`,
  PASSWORD_PEPPERS: `p2:${key(3)},p1:${key(2)}`,
  SESSION_PEPPERS: `s1:${key(4)}`,
  MAIL_DIR: '/var/mail/daybook',
  S3_BUCKET: 'daybook-media',
};
type Environment = Record<string, string | undefined>;

/** What is wrong with an environment, line by line; nothing when it is usable. */
function faultsOf(change: Environment): string[] {
  try {
    Config.from({ ...sound, ...change });
    return [];
  } catch (error) {
    return error instanceof Error ? error.message.split('\n').slice(1) : ['not an error'];
  }
}

const namesOf = (faults: string[]) => faults.map((line) => /^ {2}(\w+): \S/.exec(line)?.[1]);

describe('the configuration', () => {
  it('takes what is sound, and has a default for what may be left out', () => {
    const { values } = Config.from(sound);
    expect(values).toMatchObject({ PORT: 8000, LOG_LEVEL: 'info', ARGON2_QUEUE_MAX: 32 });
    expect(values.PASSWORD_PEPPERS.map(({ id }) => id)).toEqual(['p2', 'p1']);
    expect(values.PASSWORD_PEPPERS[0]?.key.reveal()).toEqual(Buffer.alloc(32, 3));
  });

  it('names every fault at once, with its reason and never with a value', () => {
    const secret = 'sEcReT-vAlUe-4711';
    const broken = {
      PORT: secret,
      LOG_LEVEL: secret,
      PUBLIC_URL: secret,
      CORS_ORIGINS: `https://${secret}/`,
      DATABASE_URL: `mysql://root:${secret}@localhost/daybook`,
      TOKEN_KEYS: secret,
      PASSWORD_PEPPERS: `p1:${secret}`,
      SESSION_PEPPERS: undefined,
      ARGON2_CONCURRENCY: '0',
      ARGON2_QUEUE_MAX: '-1',
      DATABASE_POOL_MAX: '1e9',
    };
    const faults = faultsOf(broken);
    expect(namesOf(faults).map(String).toSorted()).toEqual(Object.keys(broken).toSorted());
    expect(faults.join('\n')).not.toContain(secret);
  });

  it('names what is missing', () => {
    const nothing = Object.fromEntries(Object.keys(sound).map((name) => [name, undefined]));
    const expected = ['DATABASE_URL', 'TOKEN_KEYS', 'PASSWORD_PEPPERS', 'SESSION_PEPPERS'];
    expect(namesOf(faultsOf(nothing))).toEqual(expect.arrayContaining(expected));
    expect(namesOf(faultsOf({ QUEUE_DATABASE_URL: undefined }))).toEqual(['REDIS_URL']);
    expect(namesOf(faultsOf({ MAIL_DIR: undefined }))).toEqual(['SMTP_URL']);
    expect(namesOf(faultsOf({ MAIL_DIR: undefined, QUEUE_DATABASE_URL: undefined }))).toEqual([
      'REDIS_URL',
      'SMTP_URL',
    ]);
  });

  it.each([
    ['the example of a document', `t1:${'A'.repeat(43)}`],
    ['the example with its words', `change-me:${key(1)}`],
    ['a key of 31 bytes', `t1:${Buffer.alloc(31, 1).toString('base64url')}`],
    ['a key of 33 bytes', `t1:${Buffer.alloc(33, 1).toString('base64url')}`],
    ['a key without a name', key(1)],
    ['one name twice', `t1:${key(1)},t1:${key(2)}`],
    ['one key twice', `t1:${key(1)},t2:${key(1)}`],
    ['nothing', ''],
    ['a comma at the end', `t1:${key(1)},`],
    ['padding', `t1:${key(1)}=`],
  ])('refuses as keys: %s', (_what, keys) => {
    for (const name of ['TOKEN_KEYS', 'PASSWORD_PEPPERS', 'SESSION_PEPPERS'])
      expect(namesOf(faultsOf({ [name]: keys }))).toEqual([name]);
  });

  it.each([
    ['zero', Buffer.alloc(32)],
    ['the order of the curve', Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex')],
    ['beyond the order of the curve', Buffer.alloc(32, 255)],
  ])('refuses a token key that is no scalar of P-256: %s', (_what, scalar) => {
    expect(namesOf(faultsOf({ TOKEN_KEYS: `t1:${scalar.toString('base64url')}` }))).toEqual(['TOKEN_KEYS']);
  });

  it('takes any S3: with keys or without, at AWS or elsewhere', () => {
    expect(Config.from(sound).values).toMatchObject({
      S3_REGION: 'us-east-1',
      S3_FORCE_PATH_STYLE: false,
      UPLOAD_BYTES_MAX: 50 * 1024 * 1024,
    });
    const elsewhere = {
      S3_ENDPOINT: 'https://objects.example.com/',
      S3_FORCE_PATH_STYLE: 'true',
      S3_ACCESS_KEY_ID: 'daybook',
      S3_SECRET_ACCESS_KEY: 'hunter2',
    };
    const { values } = Config.from({ ...sound, ...elsewhere });
    expect(values).toMatchObject({
      S3_ENDPOINT: 'https://objects.example.com',
      S3_FORCE_PATH_STYLE: true,
    });
    expect(inspect(values)).not.toContain('hunter2');
  });

  it.each([
    ['S3_BUCKET', undefined],
    ['S3_BUCKET', 'Not_A_Bucket'],
    ['S3_ENDPOINT', 'objects.example.com'],
    ['S3_PUBLIC_ENDPOINT', 'ftp://objects.example.com'],
    ['S3_FORCE_PATH_STYLE', 'maybe'],
    ['UPLOAD_BYTES_MAX', '0'],
  ])('refuses a store with %s %s', (name, value) => {
    expect(namesOf(faultsOf({ [name]: value }))).toEqual([name]);
  });

  it('needs both halves of an access key, or neither', () => {
    expect(namesOf(faultsOf({ S3_ACCESS_KEY_ID: 'daybook' }))).toEqual(['S3_SECRET_ACCESS_KEY']);
    expect(namesOf(faultsOf({ S3_SECRET_ACCESS_KEY: 'hunter2' }))).toEqual(['S3_ACCESS_KEY_ID']);
    const example = { S3_ACCESS_KEY_ID: 'daybook', S3_SECRET_ACCESS_KEY: 'change-me' };
    expect(namesOf(faultsOf(example))).toEqual(['S3_SECRET_ACCESS_KEY']);
  });

  it.each([
    ['everybody', '*'],
    ['everybody of a domain', 'https://*.example.com'],
    ['a path', 'https://app.example.com/diary'],
    ['a slash at the end', 'https://app.example.com/'],
    ['a query', 'https://app.example.com?x'],
    ['capitals, as no browser sends them', 'https://App.example.com'],
    ['the port that goes without saying', 'https://app.example.com:443'],
    ['no scheme', 'app.example.com'],
    ['another scheme', 'ftp://app.example.com'],
    ['a file', 'file://'],
    ['pages without an origin', 'null'],
    ['a user', 'https://ada@app.example.com'],
    ['a comma at the end', 'https://app.example.com,'],
    ['one among good ones', 'https://app.example.com,https://example.org/,http://localhost:3000'],
    ['a space between', 'https://app.example.com https://example.org'],
  ])('refuses as an origin of web apps: %s', (_what, CORS_ORIGINS) => {
    expect(namesOf(faultsOf({ CORS_ORIGINS }))).toEqual(['CORS_ORIGINS']);
  });

  it('lets no other origin in unless it is named, and takes names of every sound form', () => {
    expect(Config.from(sound).values.CORS_ORIGINS).toEqual([]);
    expect(Config.from({ ...sound, CORS_ORIGINS: '' }).values.CORS_ORIGINS).toEqual([]);
    const origins = [
      'https://app.example.com',
      'http://localhost:3000',
      'https://xn--bcher-kva.example',
      'http://[::1]',
    ];
    expect(Config.from({ ...sound, CORS_ORIGINS: origins.join(', ') }).values.CORS_ORIGINS).toEqual(origins);
  });

  const facebook = {
    FACEBOOK_APP_ID: '1234567890',
    FACEBOOK_APP_SECRET: '0123456789abcdef0123456789abcdef',
    FACEBOOK_REDIRECT_URI: 'https://app.example.com/facebook',
    SERVER_KEYS: `k1:${key(5)}`,
  };

  it('takes Facebook whole, or not at all', () => {
    expect(Config.from(sound).values).toMatchObject({
      OUTBOUND_ALLOWED_PRIVATE: [],
      FACEBOOK_GRAPH_URL: 'https://graph.facebook.com',
      FACEBOOK_DIALOG_URL: 'https://www.facebook.com',
      FACEBOOK_GRAPH_VERSION: 'v25.0',
    });
    const { values } = Config.from({ ...sound, ...facebook });
    expect(values.FACEBOOK_APP_SECRET?.reveal()).toBe(facebook.FACEBOOK_APP_SECRET);
    const printed = [inspect(values, { depth: 9 }), JSON.stringify(values)].join('\n');
    for (const secret of [facebook.FACEBOOK_APP_SECRET, key(5)]) expect(printed).not.toContain(secret);
    // Server keys may be there before Facebook is.
    expect(faultsOf({ SERVER_KEYS: facebook.SERVER_KEYS })).toEqual([]);
    for (const name of Object.keys(facebook))
      expect(namesOf(faultsOf({ ...facebook, [name]: undefined }))).toEqual([name]);
    const { FACEBOOK_APP_ID } = facebook;
    expect(namesOf(faultsOf({ FACEBOOK_APP_ID }))).toEqual([
      'FACEBOOK_APP_SECRET',
      'FACEBOOK_REDIRECT_URI',
      'SERVER_KEYS',
    ]);
  });

  it.each([
    ['FACEBOOK_APP_ID', 'daybook'],
    ['FACEBOOK_APP_ID', ''],
    ['FACEBOOK_APP_SECRET', 'too short'],
    ['FACEBOOK_APP_SECRET', 'change-me-0123456789'],
    ['FACEBOOK_REDIRECT_URI', 'app.example.com/facebook'],
    ['FACEBOOK_REDIRECT_URI', 'ftp://app.example.com/facebook'],
    ['FACEBOOK_REDIRECT_URI', 'https://app.example.com/#facebook'],
    ['FACEBOOK_GRAPH_URL', 'graph.facebook.com'],
    ['FACEBOOK_GRAPH_URL', 'https://graph.facebook.com/v25.0'],
    ['FACEBOOK_GRAPH_URL', 'https://graph.facebook.com/?x'],
    ['FACEBOOK_GRAPH_URL', 'https://ada@graph.facebook.com'],
    ['FACEBOOK_DIALOG_URL', 'https://www.facebook.com/v25.0/dialog/oauth'],
    ['FACEBOOK_DIALOG_URL', 'javascript:x'],
    ['FACEBOOK_GRAPH_VERSION', '25'],
    ['FACEBOOK_GRAPH_VERSION', 'v25.0/..'],
    ['SERVER_KEYS', `k1:${'A'.repeat(43)}`],
    ['OUTBOUND_ALLOWED_PRIVATE', '127.0.0.1'],
    ['OUTBOUND_ALLOWED_PRIVATE', 'http://127.0.0.1:80'],
    ['OUTBOUND_ALLOWED_PRIVATE', '*:80'],
    ['OUTBOUND_ALLOWED_PRIVATE', '127.0.0.1:80,'],
  ])('refuses for Facebook %s %s', (name, value) => {
    expect(new Set(namesOf(faultsOf({ ...facebook, [name]: value })))).toEqual(new Set([name]));
  });

  it('sends nothing to Facebook in the clear, but to a place that is named for it', () => {
    const plain = { ...facebook, FACEBOOK_GRAPH_URL: 'http://graph.internal:8080' };
    expect(namesOf(faultsOf(plain))).toEqual(['FACEBOOK_GRAPH_URL']);
    expect(namesOf(faultsOf({ ...plain, OUTBOUND_ALLOWED_PRIVATE: 'graph.internal' }))).toContain(
      'OUTBOUND_ALLOWED_PRIVATE',
    );
    expect(namesOf(faultsOf({ ...plain, OUTBOUND_ALLOWED_PRIVATE: 'graph.internal:80' }))).toEqual([
      'FACEBOOK_GRAPH_URL',
    ]);
    expect(faultsOf({ ...plain, OUTBOUND_ALLOWED_PRIVATE: 'localhost:1, graph.internal:8080' })).toEqual([]);
    const onPort80 = { FACEBOOK_GRAPH_URL: 'http://[::1]', OUTBOUND_ALLOWED_PRIVATE: '[::1]:80' };
    expect(faultsOf({ ...facebook, ...onPort80 })).toEqual([]);
  });

  it.each(['ftp://diary.example', 'data:x', 'localhost:8000'])(
    'refuses an address of its own that no browser reaches it at: %s',
    (PUBLIC_URL) => {
      expect(namesOf(faultsOf({ PUBLIC_URL }))).toEqual(['PUBLIC_URL']);
    },
  );

  it('does not give its secrets away when it is printed', () => {
    const { values } = Config.from(sound);
    const printed = [inspect(values, { depth: 9 }), JSON.stringify(values), values.DATABASE_URL.toString()].join('\n');
    for (const secret of ['hunter2', key(1), key(2), key(3), key(4)]) expect(printed).not.toContain(secret);
    expect(printed).toContain('[secret]');
  });

  it('cannot be changed once it is read', () => {
    const { values } = Config.from(sound);
    expect(() => Object.assign(values, { PORT: 1 })).toThrow(TypeError);
  });
});
