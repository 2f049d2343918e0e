import { E2eTestUser, type TestUser } from '../api.js';
import { sealedDraft } from '../entries.js';
import { eventually } from '../eventually.js';
import type { Integrations } from './connected.js';
import type { FakePerson } from './graph-world.js';

const ENTRY = { content: 'An entry.' };
export const POST = 'A post in the inbox.';
export const ON_ITS_WAY = 'On its way.';

/** Somebody who has written an entry, connected Facebook and published, and who asks for nothing any more: a post came, and the text still waits. */
export async function leave(
  { api, graph, connect, passTime }: Integrations,
  tier: 'uce' | 'e2e',
): Promise<{ ada: TestUser; person: FakePerson }> {
  const ada = tier === 'uce' ? await api.newUser() : await api.newE2eUser();
  const person = graph.world.newPerson({ pages: ['Garden notes'] });
  await connect(ada, person);
  const { body: entry } = await ada.post('/entries', ada instanceof E2eTestUser ? sealedDraft(ada, ENTRY) : ENTRY);
  const feed = new RegExp(`^/${person.pages[0]?.id}/feed$`);
  graph.fail({ method: 'POST', path: feed, how: 'away', times: 100 });
  await ada.post('/integrations/facebook/push', { entry_id: entry.id, text: ON_ITS_WAY });
  // From now on she is away.
  graph.world.post(person, POST);
  await eventually('the post comes', async () => {
    await passTime('facebook.pull');
    const items = await api.database.look('SELECT FROM inbox_items WHERE user_id = $1', [ada.id]);
    return items.length === 1 ? true : undefined;
  });
  return { ada, person };
}
