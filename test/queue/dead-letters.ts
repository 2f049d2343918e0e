import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OutboxRelay } from '../../src/platform/queue/outbox.relay.js';
import { AllQueues } from '../../src/platform/queue/queues.js';
import { type TestUser, useApi } from '../harness/api.js';
import { daybook } from '../harness/cli.js';
import { eventually } from '../harness/eventually.js';
import { found, textNeedle } from '../harness/leaks.js';
import { type QueueStore, queueOf, withoutBackoff } from '../harness/queue-store.js';

const MARKER = 'marker-of-a-private-sentence';

interface Dead {
  readonly id: string;
  readonly user_id: string;
  readonly event: string;
  readonly error: string;
  readonly attempts: number;
  readonly payload: unknown;
}

/** What holds for events that cannot be done, on any queue. */
export function describeDeadLetters(store: QueueStore, cleanUp: () => Promise<void>): void {
  describe(`an event that cannot be done, with queues on ${store.name}`, () => {
    const api = useApi({ withWorkers: true, environment: store.environment });
    beforeAll(() => withoutBackoff(api));
    afterAll(cleanUp);

    const cli = (...args: string[]) =>
      daybook(['queue', ...args], { environment: { ...api.environment(), ...store.environment } });
    const dead = ({ id }: TestUser) =>
      api.database.look<Dead>('SELECT * FROM dead_letters WHERE user_id = $1 ORDER BY id', [id]);
    const undone = ({ id }: TestUser) => api.database.look('SELECT FROM outbox WHERE user_id = $1', [id]);
    const codesTo = async ({ email }: TestUser) =>
      (await api.mails()).filter((mail) => mail.includes(`To: ${email}`) && mail.includes('Your code is'));

    /** Codes cannot be written down for anybody who signs up while `work` lasts; the database says so in words of theirs. */
    async function withPoison<T>(work: () => Promise<T>): Promise<T> {
      await api.database.look(`
        CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN RAISE EXCEPTION '${MARKER} of %', NEW.email USING DETAIL = NEW.email; END $$`);
      await api.database.look(
        'CREATE TRIGGER poison BEFORE UPDATE ON email_codes FOR EACH ROW EXECUTE FUNCTION poison()',
      );
      try {
        return await work();
      } finally {
        await api.database.look('DROP TRIGGER poison ON email_codes; DROP FUNCTION poison()');
      }
    }

    const poisoned = () =>
      withPoison(async () => {
        const user = await api.newUser();
        const letters = await eventually('it is given up', async () => {
          const found = await dead(user);
          return found.length > 0 ? found : undefined;
        });
        return { user, letters };
      });

    it('is kept for the operator after five tries, and the rest goes on', async () => {
      const { user, letters } = await poisoned();
      expect(letters).toMatchObject([
        {
          user_id: user.id,
          event: 'auth.email-code-asked',
          error: 'sqlstate/P0001',
          attempts: 5,
          payload: { userId: user.id },
        },
      ]);
      await eventually('the rest is done', async () => ((await undone(user)).length === 0 ? true : undefined));
      expect((await api.mails()).filter((mail) => mail.includes(`To: ${user.email}`))).toHaveLength(1);
      const { code, stdout } = await cli('dead');
      expect(code).toBe(0);
      for (const told of [letters[0]?.id, user.id, 'auth.email-code-asked', 'sqlstate/P0001'])
        expect(stdout).toContain(told);
    });

    it('does not come back from the outbox, nor is it lost when the queue is emptied', async () => {
      const { user, letters } = await poisoned();
      await store.empty(api);
      await api.database.look("UPDATE outbox SET leased_until = '-infinity'");
      await api.get(OutboxRelay).flush();
      expect(await dead(user)).toEqual(letters);
      expect(await codesTo(user)).toEqual([]);
    });

    it('is done when an operator puts it back, once', async () => {
      const { user, letters } = await poisoned();
      const id = letters[0]?.id ?? '';
      expect(await cli('retry', id)).toMatchObject({ code: 0, stdout: '1 back in the outbox\n' });
      await eventually('the code is sent', async () => ((await codesTo(user)).length > 0 ? true : undefined));
      expect(await codesTo(user)).toHaveLength(1);
      expect(await dead(user)).toEqual([]);
      expect(await cli('retry', id)).toMatchObject({
        code: 1,
        stderr: `There is no dead letter with the id ${id}.\n`,
      });
    });

    it('is put back with all of its queue, when that is meant', async () => {
      const users = [await poisoned(), await poisoned()].map(({ user }) => user);
      const { code, stderr } = await cli('retry', 'auth');
      expect([code, stderr]).toEqual([2, 'This tries every dead letter of auth again. Say --yes when it is meant.\n']);
      expect((await cli('retry', 'auth', '--yes')).code).toBe(0);
      for (const user of users)
        await eventually('the code is sent', async () => ((await codesTo(user)).length === 1 ? true : undefined));
    });

    it('is kept when nobody reacts to it, after one try', async () => {
      const user = await api.newUser();
      await api.database.look(
        `INSERT INTO outbox (user_id, id, queue, event, payload) VALUES ($1, '019a0000-0000-7000-8000-000000000000', 'auth', 'auth.unheard-of', '{}')`,
        [user.id],
      );
      const letters = await eventually('it is given up', async () => {
        const found = await dead(user);
        return found.length > 0 ? found : undefined;
      });
      expect(letters).toMatchObject([{ event: 'auth.unheard-of', error: 'queue/nobody-reacts', attempts: 1 }]);
      await api.database.look('DELETE FROM dead_letters');
    });

    it('leaves nothing of what the failure said in the queue, while it waits for another try', async () => {
      const queue = queueOf(api);
      queue.jobsOpts = { ...queue.jobsOpts, backoff: { type: 'fixed', delay: 60_000 } };
      const texts = await withPoison(async () => {
        await api.newUser();
        return eventually('it has failed once', async () => {
          const all = await store.everything(api);
          return all.some(({ text }) => text.includes('sqlstate/P0001')) ? all : undefined;
        });
      });
      expect(found([textNeedle('the message', MARKER), textNeedle('the address', '@example.com')], texts)).toEqual([]);
      expect(texts.filter(({ text }) => /node_modules|\/src\//.test(text)).map(({ place }) => place)).toEqual([]);
    });

    it('is counted, and a queue can be stopped, emptied and started again without losing it', async () => {
      withoutBackoff(api);
      const statsOf = async () => {
        const { stdout } = await cli('stats', '--json');
        return JSON.parse(stdout).queues.find(({ queue }: { queue: string }) => queue === 'auth');
      };
      expect((await cli('drain', 'auth')).stdout).toMatch(/^auth is paused, \d+ wait\n$/);
      const user = await api.newUser();
      await eventually('it waits', async () =>
        (await api.get(AllQueues).depth('auth')).waiting >= 2 ? true : undefined,
      );
      const before = await statsOf();
      expect(before).toMatchObject({ paused: true, active: 0, dead: 0 });
      expect(before.undone).toBeGreaterThanOrEqual(2);
      expect(before.lag_seconds).toBeGreaterThanOrEqual(0);
      expect((await cli('drain', 'auth', '--empty', '--yes')).stdout).toBe(
        'auth is paused and empty; what is in the outbox comes back within five minutes\n',
      );
      expect(await statsOf()).toMatchObject({ waiting: 0, paused: true, undone: before.undone });
      expect((await cli('resume', 'auth')).code).toBe(0);
      await api.database.look("UPDATE outbox SET leased_until = '-infinity'");
      await eventually('it is done', async () => ((await undone(user)).length === 0 ? true : undefined));
      expect(await codesTo(user)).toHaveLength(1);
    });

    it('is counted in a table that a person can read', async () => {
      const { stdout } = await cli('stats');
      expect(stdout).toMatch(/^queue +paused +waiting +active +delayed +dead +undone +oldest +lag\nauth +false/);
    });

    it.each([
      ['names an unknown queue', ['drain', 'letters']],
      ['names an unknown queue', ['dead', 'letters']],
      ['names what is no id', ['retry', 'letters']],
      ['names nothing', ['retry']],
      ['would empty a queue unasked', ['drain', 'auth', '--empty']],
    ])('is not touched by a command that %s', async (_what, args) => {
      expect((await cli(...args)).code).toBe(2);
    });
  });
}
