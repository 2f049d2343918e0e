import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { PASSWORD, useApi } from '../harness/api.js';
import { eventually } from '../harness/eventually.js';
import { freePort } from '../harness/process.js';
import { at, expectRefusal, guess, left, newAddress } from './tries.js';

const url = process.env['REDIS_URL'];
const limited = { LIMITS: 'on', TRUST_PROXY: '1' };

/** A road to Redis that can be closed, and that can go silent. */
class Road {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private isSilent = false;
  /** What was said to Redis and did not reach it. */
  private lost: Buffer[] = [];

  constructor(
    private readonly port: number,
    target: URL,
  ) {
    this.server = createServer((near) => {
      const far = connect(Number(target.port), target.hostname);
      for (const socket of [near, far]) {
        this.sockets.add(socket);
        socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket));
      }
      near
        .on('data', (data) => void (this.isSilent ? this.lost.push(data) : far.write(data)))
        .on('close', () => far.destroy());
      far.on('data', (data) => void (this.isSilent || near.write(data))).on('close', () => near.destroy());
    });
  }

  async open(): Promise<void> {
    this.isSilent = false;
    await once(this.server.listen(this.port, '127.0.0.1'), 'listening');
  }

  async close(): Promise<void> {
    const closed = this.server.listening ? once(this.server, 'close') : undefined;
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  goSilent(): void {
    this.isSilent = true;
  }

  /** Whether anybody asked for a counter since this was last asked. */
  wasAsked(): boolean {
    return Buffer.concat(this.lost.splice(0)).includes(':limits:');
  }

  speak(): void {
    this.isSilent = false;
  }
}

if (url === undefined) {
  it.todo('limits in Redis were not tested: REDIS_URL is not set');
} else {
  const prefix = `test-${randomBytes(6).toString('hex')}`;
  const redis = new Redis(url);
  afterAll(async () => {
    const keys = await redis.keys(`${prefix}*`);
    if (keys.length > 0) await redis.del(keys);
    await redis.quit();
  });

  describe('limits in Redis', () => {
    const plain = useApi();
    const environment = { ...limited, REDIS_URL: url, QUEUE_PREFIX: prefix };
    const one = useApi({ sharing: plain, environment });
    const other = useApi({ sharing: plain, environment });

    it('are counted by all processes together', async () => {
      const address = newAddress();
      for (const api of [one, other, one, other, one])
        expect((await guess(api, 'both@example.com', address)).status).toBe(401);
      for (const api of [one, other])
        expect(expectRefusal(await guess(api, 'both@example.com', address), 'login-pair')).toBeGreaterThan(50);
    });

    it('let no more through when all come at once, wherever they arrive', async () => {
      const address = newAddress();
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) => guess(n % 2 ? one : other, 'rush@example.com', address)),
      );
      expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
    });

    it('are forgotten after a success', async () => {
      const [address, ada] = [newAddress(), await plain.newUser()];
      for (let n = 0; n < 4; n++) await guess(one, ada.email, address);
      const success = await one.http.post('/auth/login', { email: ada.email, password: PASSWORD }, at(address));
      expect(success.status).toBe(200);
      expect(left(await guess(other, ada.email, address), 'login-pair')).toBe(4);
    });

    it('leave no address, mail address or user id there', async () => {
      const [address, ada] = [newAddress(), await plain.newUser()];
      for (let n = 0; n < 6; n++) await guess(one, ada.email, address);
      await one.http.get('/auth/me', { ...at(address), token: ada.accessToken });
      const keys = await redis.keys(`${prefix}*`);
      for (const policy of ['login-pair', 'login-pair:door', 'login-account', 'login-address', 'stranger', 'user'])
        expect(keys.filter((key) => key.startsWith(`${prefix}:limits:${policy}:`))).not.toEqual([]);
      for (const key of keys) expect(key).toMatch(/^[\w-]+:limits:[a-z:-]+:[\w-]{43}$/);
      const values = await redis.mget(keys);
      for (const value of values) expect(value).toMatch(/^-?\d+$/);
      const all = keys.join('\n');
      for (const secret of [address, ada.email, ada.email.split('@')[0] ?? '', ada.id, 'example.com'])
        expect(all).not.toContain(secret);
    });

    it('do not stay there: every key ends by itself, within a day', async () => {
      for (const key of await redis.keys(`${prefix}*`)) {
        const seconds = await redis.ttl(key);
        expect(seconds).toBeGreaterThan(0);
        expect(seconds).toBeLessThanOrEqual(24 * 3_600);
      }
    });
  });

  describe('a Redis that goes away', () => {
    let road: Road;
    let port: number;
    const environment: Record<string, string> = { ...limited, QUEUE_PREFIX: prefix };
    beforeAll(async () => {
      port = await freePort();
      road = new Road(port, new URL(url));
      environment['REDIS_URL'] = `redis://127.0.0.1:${port}`;
      await road.open();
    });
    const api = useApi({ environment });
    afterAll(() => road.close());

    /** How often the address was counted in Redis, as another process would see it. */
    const counted = async () => (await redis.keys(`${prefix}:limits:login-address:*`)).length;
    const isCountedThere = async () => {
      const before = await counted();
      await guess(api, 'there@example.com', newAddress());
      return (await counted()) > before;
    };

    it('fails no request: limits are counted here meanwhile, and there again when it is back', async () => {
      expect(await isCountedThere()).toBe(true);
      await road.close();
      const address = newAddress();
      for (let n = 0; n < 5; n++) expect((await guess(api, 'away@example.com', address)).status).toBe(401);
      expectRefusal(await guess(api, 'away@example.com', address), 'login-pair');
      expect(await isCountedThere()).toBe(false);
      await road.open();
      await eventually('Redis is used again', async () => ((await isCountedThere()) ? true : undefined));
    });

    it('or goes silent is waited for by one request, and not asked by the next', async () => {
      road.goSilent();
      const address = newAddress();
      for (const wasAsked of [true, false]) {
        expect((await guess(api, 'silent@example.com', address)).status).toBe(401);
        expect(road.wasAsked()).toBe(wasAsked);
      }
      road.speak();
      await eventually('Redis is used again', async () => ((await isCountedThere()) ? true : undefined));
    });
  });

  describe('a Redis that is not there at the start', () => {
    const environment: Record<string, string> = { ...limited, QUEUE_PREFIX: prefix };
    beforeAll(async () => void (environment['REDIS_URL'] = `redis://127.0.0.1:${await freePort()}`));
    const api = useApi({ environment });

    it('keeps nobody from being served, or from being limited', async () => {
      const address = newAddress();
      for (let n = 0; n < 5; n++) expect((await guess(api, 'x@example.com', address)).status).toBe(401);
      expectRefusal(await guess(api, 'x@example.com', address), 'login-pair');
    });
  });
}
