import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Argon2id, createE2eAccount, createId, kdfBounds, type NewE2eAccount } from '@daybook/sdk/crypto';
import { afterAll, beforeAll } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { hashRaw } from '@node-rs/argon2';
import { AppModule } from '../../src/app.module.js';
import { createApp } from '../../src/app.js';
import { Clock } from '../../src/platform/clock.js';
import { Config } from '../../src/platform/config/config.js';
import { storeEnvironment } from '../../src/platform/embedded/instance-store.js';
import { openToOperators, OpsServer } from '../../src/platform/metrics/ops-server.js';
import { workers } from '../../src/worker.module.js';
import { newDatabase, type TestDatabase } from './database.js';
import { Http } from './http.js';

export const PASSWORD = 'a rainy sunday with cocoa';

/** The weakest derivation that is allowed: tests make many accounts. */
export const weakestKdf = { alg: 'argon2id', mKib: kdfBounds.mKibMin, t: kdfBounds.tMin, p: 1 } as const;
export const nativeArgon2: Argon2id = (password, salt, { mKib, t, p }) =>
  hashRaw(password, { memoryCost: mKib, timeCost: t, parallelism: p, outputLen: 32, salt });

export interface ApiOptions {
  /** Settings on top of those of a test instance. */
  readonly environment?: Record<string, string>;
  /** Whether jobs are worked on too, as in `npm start`. */
  readonly withWorkers?: boolean;
  /** Another server, whose database and folder this one uses too; it is stopped after this one. */
  readonly sharing?: TestApi;
}

export class TestUser extends Http {
  constructor(
    base: string,
    readonly id: string,
    readonly email: string,
    // oxlint-disable-next-line typescript/no-explicit-any -- the answer to sign-up, as sent
    readonly signedUp: any,
  ) {
    super(base, signedUp.tokens.access_token);
  }

  get accessToken(): string {
    return this.signedUp.tokens.access_token;
  }

  get refreshToken(): string {
    return this.signedUp.tokens.refresh_token;
  }
}

/** An e2e user with the keys of its client. */
export class E2eTestUser extends TestUser {
  constructor(
    base: string,
    email: string,
    // oxlint-disable-next-line typescript/no-explicit-any
    signedUp: any,
    readonly account: NewE2eAccount,
  ) {
    super(base, account.signUp.user_id, email, signedUp);
  }
}

/** The real server, on real HTTP and a database of its own, for the tests of one file. Paths begin after `/api/v1`. */
export class TestApi {
  private app!: NestFastifyApplication;
  private people = 0;
  private isStopped = false;
  private readonly sharers: TestApi[] = [];
  database!: TestDatabase;
  folder!: string;
  /** Where the server listens, without `/api/v1`. */
  origin!: string;
  http!: Http;

  constructor(private readonly options: ApiOptions) {
    options.sharing?.sharers.push(this);
  }

  async start(): Promise<void> {
    const { sharing } = this.options;
    this.database = sharing?.database ?? (await newDatabase());
    this.folder = sharing?.folder ?? (await mkdtemp(join(tmpdir(), 'daybook-api-')));
    const config = Config.from({ ...this.environment(), ...this.options.environment });
    this.app = await createApp(AppModule.with(config, ...(this.options.withWorkers ? workers() : [])), config);
    await this.app.listen(0, '127.0.0.1');
    await openToOperators(this.app);
    this.origin = await this.app.getUrl();
    this.http = new Http(`${this.origin}/api/v1`);
  }

  async stop(): Promise<void> {
    for (const sharer of this.sharers.splice(0)) await sharer.stop();
    if (this.isStopped) return;
    this.isStopped = true;
    await this.app.close();
    if (this.options.sharing) return;
    await this.database.drop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** What a process needs in its environment to serve this database. */
  environment(): Record<string, string> {
    const key = (byte: number) => `k1:${Buffer.alloc(32, byte).toString('base64url')}`;
    return {
      LOG_LEVEL: 'silent',
      LIMITS: 'off',
      DATABASE_DURABILITY: 'ignored',
      DATABASE_URL: this.database.url('api'),
      QUEUE_DATABASE_URL: this.database.url('queue'),
      TOKEN_KEYS: key(1),
      PASSWORD_PEPPERS: key(2),
      SESSION_PEPPERS: key(3),
      MAIL_DIR: join(this.folder, 'mail'),
      // Nothing listens there: tests of media bring a store of their own.
      ...storeEnvironment('http://127.0.0.1:9', { access_key_id: 'test', secret_access_key: 'test' }),
    };
  }

  /** The port for operators, where OPS_PORT is set. */
  get ops(): Http {
    return new Http(`http://127.0.0.1:${this.get(OpsServer).port}`);
  }

  /** Something that the server itself uses, for what cannot be seen from outside. */
  // oxlint-disable-next-line typescript/no-explicit-any
  get<T>(token: abstract new (...args: any[]) => T): T {
    return this.app.get(token, { strict: false });
  }

  /** The same, by a name. */
  named<T>(token: string): T {
    return this.app.get<string, T>(token, { strict: false });
  }

  /** Moves the server's clock. */
  advance(milliseconds: number): void {
    const clock = this.get(Clock);
    const before = clock.now.bind(clock);
    clock.now = () => new Date(before().getTime() + milliseconds);
  }

  newEmail(): string {
    return `person-${++this.people}@example.com`;
  }

  /** A new uce user, signed in. */
  async newUser(): Promise<TestUser> {
    const email = this.newEmail();
    const { status, body, text } = await this.http.post('/auth/signup', { tier: 'uce', email, password: PASSWORD });
    if (status !== 201) throw new Error(`sign-up answered ${status}: ${text}`);
    return new TestUser(this.http.base, body.user.id, email, body);
  }

  /** What an e2e client sends to sign up, and the keys it keeps. */
  newE2eAccount(email = this.newEmail()): Promise<NewE2eAccount> {
    return this.newE2eAccountFor(createId(), email);
  }

  /** The same, for an id of one's own choosing. */
  newE2eAccountFor(userId: string, email = this.newEmail()): Promise<NewE2eAccount> {
    return createE2eAccount({ userId, email, password: PASSWORD, kdf: weakestKdf, argon2: nativeArgon2 });
  }

  /** A new e2e user, signed in. */
  async newE2eUser(): Promise<E2eTestUser> {
    const email = this.newEmail();
    const account = await this.newE2eAccount(email);
    const { status, body, text } = await this.http.post('/auth/signup', account.signUp);
    if (status !== 201) throw new Error(`sign-up answered ${status}: ${text}`);
    return new E2eTestUser(this.http.base, email, body, account);
  }

  /** The mail that was sent, oldest first. */
  async mails(): Promise<string[]> {
    const folder = join(this.folder, 'mail');
    const files = await readdir(folder).catch(() => []);
    const finished = files.filter((name) => name.endsWith('.eml')).toSorted();
    return Promise.all(finished.map((name) => readFile(join(folder, name), 'utf8')));
  }
}

export function useApi(options: ApiOptions = {}): TestApi {
  const api = new TestApi(options);
  beforeAll(() => api.start());
  afterAll(() => api.stop());
  return api;
}
