import type { TestApi, TestUser } from '../api.js';
import { useApi } from '../api.js';
import { eventually } from '../eventually.js';
import { type FakeGraph, useFacebook } from './fake-graph.js';
import type { FakePerson } from './graph-world.js';
import { DueWork } from '../../../src/modules/integrations/due-work.js';

export interface Integrations {
  readonly api: TestApi;
  readonly graph: FakeGraph;
  /** Connects a person's Facebook account; what was answered. */
  connect(user: TestUser, person: FakePerson): Promise<{ readonly id: string; readonly state: string }>;
  /** Asks for a job and waits for its end. */
  // oxlint-disable-next-line typescript/no-explicit-any -- jobs as answered
  jobOf(user: TestUser, path: string, body?: object): Promise<any>;
  // oxlint-disable-next-line typescript/no-explicit-any
  ended(user: TestUser, jobId: string): Promise<any>;
  // oxlint-disable-next-line typescript/no-explicit-any
  connectionOf(user: TestUser): Promise<any>;
  /** Lets everything that waits of a task be due, and the task look. */
  passTime(task: string): Promise<void>;
}

/** The server with its workers, and a Facebook of its own, for the tests of a file. */
export function useIntegrations(environment: Record<string, string> = {}): Integrations {
  const graph = useFacebook();
  // Where the fake one listens is known when it has started.
  const options = {
    withWorkers: true,
    get environment() {
      return { ...graph.environment(), ...environment };
    },
  };
  const api = useApi(options);

  const ended: Integrations['ended'] = (user, jobId) =>
    eventually('the job ends', async () => {
      const { body } = await user.get(`/jobs/${jobId}`);
      return ['done', 'failed', 'cancelled'].includes(body.state) ? body : undefined;
    });
  return {
    api,
    graph,
    connect: (user, person) => connectTo(graph, user, person),
    ended,
    jobOf: async (user, path, body) => {
      const { status, body: begun, text } = await user.post(path, body);
      if (status !== 202) throw new Error(`not begun: ${status} ${text}`);
      return ended(user, begun.job_id);
    },
    connectionOf: async (user) => (await user.get('/integrations')).body.data[0],
    passTime: async (task) => {
      await api.database.look(`UPDATE due SET due_at = now() - interval '1 second' WHERE task = $1`, [task]);
      await api.get(DueWork).run();
    },
  };
}

/** Connects a person's Facebook account; what was answered. */
export async function connectTo(graph: FakeGraph, user: TestUser, person: FakePerson) {
  const { body } = await user.post('/integrations/facebook/connect');
  const back = await graph.visit(body.authorization_url, person);
  const sent = { code: back.get('code'), state: back.get('state') };
  const { status, body: connection, text } = await user.post('/integrations/facebook/callback', sent);
  if (status !== 200) throw new Error(`not connected: ${status} ${text}`);
  return connection;
}
