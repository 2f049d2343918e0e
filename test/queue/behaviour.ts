import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Mail } from '../../src/platform/mail/mail.js';
import { OutboxRelay } from '../../src/platform/queue/outbox.relay.js';
import { AllQueues } from '../../src/platform/queue/queues.js';
import { type TestApi, useApi } from '../harness/api.js';
import { eventually } from '../harness/eventually.js';
import { type QueueStore, queueOf } from '../harness/queue-store.js';

interface OutboxRow {
  readonly user_id: string;
  readonly id: string;
  readonly event: string;
  readonly payload: unknown;
}

const waiting = (api: TestApi) => api.database.look<OutboxRow>('SELECT user_id, id, event, payload FROM outbox');
const allDone = (api: TestApi) =>
  eventually('every event is done', async () => ((await waiting(api)).length === 0 ? true : undefined));

/** A sign-up is announced to two reactions: the welcome letter, and the code that proves the address. */
const EVENTS_OF_SIGN_UP = 2;

/** In some order; which one does not matter. */
const shuffled = <T>(things: readonly T[]): T[] =>
  things
    .map((thing) => ({ thing, place: Math.random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ thing }) => thing);

/** The welcome letters to one address. */
async function lettersTo(api: TestApi, email: string): Promise<string[]> {
  const mails = await api.mails();
  return mails.filter((mail) => mail.includes(`To: ${email}`) && mail.includes('Your diary is ready'));
}

/** What holds for events on any queue. */
export function describeEvents(
  { name: store, environment: connection }: QueueStore,
  cleanUp: () => Promise<void>,
): void {
  describe(`an event, with queues on ${store}`, () => {
    const api = useApi({ withWorkers: true, environment: connection });
    afterAll(cleanUp);

    it('reaches its worker, which marks it done', async () => {
      const { email } = await api.newUser();
      await allDone(api);
      expect(await lettersTo(api, email)).toHaveLength(1);
    });

    it('has its effect once, when all are delivered three times, in any order and at once', async () => {
      await api.database.look('CREATE TABLE done_log (id uuid)');
      await api.database.look(`
        CREATE FUNCTION log_done() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
          $$ BEGIN INSERT INTO public.done_log VALUES (OLD.id); RETURN NULL; END $$`);
      await api.database.look(
        'CREATE TRIGGER log_done AFTER DELETE ON outbox FOR EACH ROW EXECUTE FUNCTION log_done()',
      );
      await queueOf(api).pause();
      const sending = jest.spyOn(api.get(Mail), 'send');
      const people = await Promise.all(Array.from({ length: 5 }, () => api.newUser()));
      const rows = await api.database.look<OutboxRow>('SELECT user_id, id, event, payload FROM outbox');
      expect(rows).toHaveLength(people.length * EVENTS_OF_SIGN_UP);
      const deliveries = [1, 2, 3].flatMap((turn) => rows.map((row) => ({ turn, ...row })));
      for (const { turn, user_id: userId, id, event, payload } of shuffled(deliveries))
        await queueOf(api).add(event, { id, userId, payload }, { jobId: `again-${turn}-${id}` });
      await queueOf(api).resume();
      await eventually('the queue is empty', async () => {
        const { waiting: left, active, delayed } = await queueOf(api).getJobCounts();
        return left === 0 && active === 0 && (delayed ?? 0) <= 1 ? true : undefined;
      });
      await allDone(api);
      for (const { email } of people) {
        const letters = (await api.mails()).filter((mail) => mail.includes(`To: ${email}`));
        expect(letters).toHaveLength(EVENTS_OF_SIGN_UP);
      }
      // A letter that is sent again has the name of the first: it could not be told from it by what lies in the folder.
      const sent = sending.mock.calls.map(([{ id }]) => id);
      expect(sent.toSorted()).toEqual(rows.map(({ id }) => `event-${id}`).toSorted());
      sending.mockRestore();
      const log = await api.database.look<{ id: string }>('SELECT id FROM done_log');
      expect(log.map(({ id }) => id).toSorted()).toEqual(rows.map(({ id }) => id).toSorted());
      expect(await api.database.look('SELECT FROM dead_letters')).toEqual([]);
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

    it('is in the queue once when its lease ends while it waits there', async () => {
      await queueOf(worker).pause();
      const { id, email } = await api.newUser();
      for (let turn = 0; turn < 2; turn++) {
        await api.database.look(`UPDATE outbox SET leased_until = '-infinity' WHERE user_id = $1`, [id]);
        expect(await worker.get(OutboxRelay).flush()).toBe(EVENTS_OF_SIGN_UP);
      }
      expect((await worker.get(AllQueues).depth('auth')).waiting).toBe(EVENTS_OF_SIGN_UP);
      await queueOf(worker).resume();
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
