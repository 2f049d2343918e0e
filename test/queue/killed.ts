import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { PasswordChanged } from '../../src/modules/auth/auth.events.js';
import { Database } from '../../src/platform/database/database.js';
import { UserId } from '../../src/platform/ids.js';
import { Outbox } from '../../src/platform/queue/outbox.js';
import { useApi } from '../harness/api.js';
import { eventually } from '../harness/eventually.js';
import type { QueueStore } from '../harness/queue-store.js';

const EVENTS = 100;
const KILLED_AT = [10, 40, 70];
/** Each worker is a process of its own. */
const MS_MAX = 120_000;

/** What holds when workers die in the middle of their work. */
export function describeKilledWorkers(store: QueueStore, cleanUp: () => Promise<void>): void {
  describe(`a worker process that is killed, with queues on ${store.name}`, () => {
    const api = useApi({ environment: store.environment });
    let worker: ChildProcess | undefined;
    afterEach(async () => {
      if (worker?.exitCode === null && worker.signalCode === null) await ended('SIGTERM');
    });
    afterAll(cleanUp);

    async function startWorker(): Promise<void> {
      worker = fork(resolve('test/harness/worker-process.mjs'), {
        execArgv: [],
        env: {
          PATH: process.env['PATH'],
          NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
          ...api.environment(),
          ...store.environment,
        },
      });
      const over = once(worker, 'exit').then(([code]) => {
        throw new Error(`the worker ended with ${String(code)}`);
      });
      await Promise.race([once(worker, 'message'), over]);
      over.catch(() => undefined);
    }

    async function ended(signal: NodeJS.Signals): Promise<void> {
      if (!worker) return;
      const gone = once(worker, 'exit');
      worker.kill(signal);
      await gone;
    }

    /** The letters that were sent: one file for each Message-ID. */
    const sent = async () =>
      (await readdir(join(api.folder, 'mail')).catch(() => [])).filter((name) => name.endsWith('.eml'));

    it(
      'loses no event, and none has its effect twice',
      async () => {
        const { id } = await api.newUser();
        const userId = UserId.parse(id);
        await api.database.look('CREATE TABLE done_log (id uuid)');
        await api.database.look(`
          CREATE FUNCTION log_done() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
            $$ BEGIN INSERT INTO public.done_log VALUES (OLD.id); RETURN NULL; END $$`);
        await api.database.look(
          'CREATE TRIGGER log_done AFTER DELETE ON outbox FOR EACH ROW EXECUTE FUNCTION log_done()',
        );
        const outbox = api.get(Outbox);
        await api.get(Database).asUser({ userId }, async (tx) => {
          for (let n = 0; n < EVENTS; n++) await outbox.add(tx, PasswordChanged, { userId });
        });
        const rows = await api.database.look<{ id: string }>('SELECT id FROM outbox ORDER BY id');

        for (const count of KILLED_AT) {
          await startWorker();
          await eventually(`${count} letters are sent`, async () =>
            (await sent()).length >= count ? true : undefined,
          );
          await ended('SIGKILL');
          // As if the five minutes of a lease were over: what the relay had leased and not queued comes back by that alone,
          // and what it had queued is not doubled.
          await api.database.look("UPDATE outbox SET leased_until = '-infinity'");
        }
        await startWorker();
        await eventually('all is done', async () =>
          (await api.database.look('SELECT FROM outbox')).length === 0 ? true : undefined,
        );

        const ids = rows.map((row) => row.id);
        expect(ids).toHaveLength(EVENTS + 2);
        expect((await sent()).toSorted()).toEqual(ids.map((each) => `event-${each}.eml`).toSorted());
        const log = await api.database.look<{ id: string }>('SELECT id FROM done_log ORDER BY id');
        expect(log.map((row) => row.id)).toEqual(ids);
        expect(await api.database.look('SELECT FROM dead_letters')).toEqual([]);
      },
      MS_MAX,
    );
  });
}
