import type { TestUser } from '../../harness/api.js';
import { eventually } from '../../harness/eventually.js';
import type { FakeGraph } from '../../harness/facebook/fake-graph.js';
import type { Recorded } from '../../harness/recorded.js';

/** Connects a person's Facebook account, publishes an entry, brings posts, and disconnects. */
export async function walkFacebook(user: TestUser, recorded: Recorded, graph: FakeGraph): Promise<void> {
  const person = graph.world.newPerson({ pages: ['Garden notes'] });
  const { body: begun } = await recorded.send(user, 'POST', '/integrations/facebook/connect');
  const back = await graph.visit(begun.authorization_url, person);
  const sent = { code: back.get('code'), state: back.get('state') };
  const { body: connection } = await recorded.sendExample(user, 'POST', '/integrations/facebook/callback', 'any', sent);
  const { body: pull } = await recorded.send(user, 'POST', '/integrations/facebook/pull');
  await eventually('the job ends', async () => {
    const { body } = await user.get(`/jobs/${pull.job_id}`);
    return body.state === 'done' || undefined;
  });
  await recorded.send(user, 'GET', `/jobs/${pull.job_id}`);
  const { body: entry } = await user.post('/entries', { content: 'First snow.' });
  await recorded.sendExample(user, 'POST', '/integrations/facebook/push', 'uce', { entry_id: entry.id });
  await recorded.send(user, 'GET', '/integrations');
  await recorded.send(user, 'DELETE', `/integrations/${connection.id}`);
}
