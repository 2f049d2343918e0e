import { getQueueToken } from '@nestjs/bullmq';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Queue } from 'bullmq';
import { OutboxRelay } from '../../src/platform/queue/outbox.relay.js';
import { type TestApi, useApi } from '../harness/api.js';
import { eventually } from '../harness/eventually.js';

interface OutboxRow {
  readonly user_id: string;
  readonly id: string;
  readonly payload: unknown;
}

const waiting = (api: TestApi) => api.database.look<OutboxRow>('SELECT user_id, id, payload FROM outbox');
const queueOf = (api: TestApi) => api.named<Queue>(getQueueToken('auth'));
const allDone = (api: TestApi) =>
  eventually('every event is done', async () => ((await waiting(api)).length === 0 ? true : undefined));

/** A sign-up is announced to two reactions: the welcome letter, and the code that proves the address. */
const EVENTS_OF_SIGN_UP = 2;

/** The welcome letters to one address. */
async function lettersTo(api: TestApi, email: string): Promise<string[]> {
  const mails = await api.mails();
  return mails.filter((mail) => mail.includes(`To: ${email}`) && mail.includes('Your diary is ready'));
}

/** What holds for events on any queue. `connection` is what the environment says of the queue's store. */
export function describeEvents(store: string, connection: Record<string, string>, cleanUp: () => Promise<void>): void {
  describe(`an event, with queues on ${store}`, () => {
    const api = useApi({ withWorkers: true, environment: connection });
    afterAll(cleanUp);

    it('reaches its worker, which marks it done', async () => {
      const { email } = await api.newUser();
      await allDone(api);
      expect(await lettersTo(api, email)).toHaveLength(1);
    });

    it('has its effect once, however often it is delivered', async () => {
      const { email, id } = await api.newUser();
      await allDone(api);
      const [letter] = await lettersTo(api, email);
      const outboxId = /event-([\w-]+)@/.exec(letter ?? '')?.[1];
      const delivery = { id: outboxId, userId: id, payload: { userId: id } };
      for (const turn of [1, 2, 3])
        await queueOf(api).add('auth.signed-up', delivery, { jobId: `again-${turn}-${id}` });
      await eventually('the queue is empty', async () => {
        const { waiting: left, active } = await queueOf(api).getJobCounts('waiting', 'active');
        return left === 0 && active === 0 ? true : undefined;
      });
      expect(await lettersTo(api, email)).toEqual([letter]);
      expect(await queueOf(api).getFailedCount()).toBe(0);
    });

    it('that nobody reacts to fails for good, and is kept for the operator', async () => {
      const delivery = {
        id: '019a0000-0000-7000-8000-000000000000',
        userId: '019a0000-0000-7000-8000-000000000000',
        payload: {},
      };
      const job = await queueOf(api).add('auth.unheard-of', delivery);
      const failed = await eventually('the job failed', async () => {
        const [found] = await queueOf(api).getFailed();
        return found?.id === job.id ? found : undefined;
      });
      // One that is tried again would be waiting for its turn, not failed.
      expect(failed.failedReason).toBe('nothing here reacts to auth.unheard-of');
      await failed.remove();
    });
  });

  describe(`an event that no worker has seen yet, with queues on ${store}`, () => {
    // Requests are answered here, but nothing relays: the worker below comes later.
    const api = useApi();
    const worker = useApi({ withWorkers: true, environment: connection, sharing: api });
    beforeAll(() => worker.get(OutboxRelay).beforeApplicationShutdown());
    afterAll(cleanUp);

    it('is queued by one of several relays only', async () => {
      const people = await Promise.all(Array.from({ length: 3 }, () => api.newUser()));
      const moved = await Promise.all(Array.from({ length: 4 }, () => worker.get(OutboxRelay).flush()));
      expect(moved.reduce((sum, count) => sum + count, 0)).toBe(people.length * EVENTS_OF_SIGN_UP);
      await allDone(worker);
      for (const { email } of people) expect(await lettersTo(worker, email)).toHaveLength(1);
    });

    it('waits for its lease to end when the queue lost it, and is queued again then', async () => {
      const { id, email } = await api.newUser();
      await api.database.look(`UPDATE outbox SET leased_until = now() + interval '5 minutes' WHERE user_id = $1`, [id]);
      expect(await worker.get(OutboxRelay).flush()).toBe(0);
      await api.database.look(`UPDATE outbox SET leased_until = now() - interval '1 second' WHERE user_id = $1`, [id]);
      expect(await worker.get(OutboxRelay).flush()).toBe(EVENTS_OF_SIGN_UP);
      await allDone(worker);
      expect(await lettersTo(worker, email)).toHaveLength(1);
    });

    it('carries ids and nothing else', async () => {
      const { id } = await api.newUser();
      expect((await waiting(api)).map(({ payload }) => payload)).toEqual(
        Array.from({ length: EVENTS_OF_SIGN_UP }, () => ({ userId: id })),
      );
      await worker.get(OutboxRelay).flush();
      await allDone(worker);
    });
  });
}
