import { E2eTestUser, type TestUser } from '../../harness/api.js';
import { sealedDraft } from '../../harness/entries.js';
import { bodyExamples } from '../../harness/examples.js';
import { newScript } from '../../harness/inbox.js';
import type { Recorded } from '../../harness/recorded.js';

/** Goes through what a script brings: an item that is discarded and restored becomes an entry, and another one waits. */
export async function walkInbox(user: TestUser, recorded: Recorded): Promise<void> {
  // This request has looked into the inbox, and none does so again for a minute: what comes now waits.
  await user.get('/entries');
  const { http } = await newScript(user);
  await recorded.send(http, 'GET', '/inbox/recipient');
  const { body: arrived } = await recorded.sendExample(http, 'POST', '/inbox', 'plain');
  const again = { ...bodyExamples('POST', '/api/v1/inbox')['plain']?.value, id: arrived.id };
  await recorded.send(http, 'POST', '/inbox', again);
  await recorded.send(user, 'DELETE', `/inbox/${arrived.id}`);
  await recorded.send(user, 'POST', `/inbox/${arrived.id}/restore`);
  await accept(user, recorded, arrived.id);
  await recorded.sendExample(http, 'POST', '/inbox', 'plain');
  await recorded.send(user, 'GET', '/inbox');
}

function accept(user: TestUser, recorded: Recorded, id: string): Promise<unknown> {
  const path = `/inbox/${id}/accept`;
  if (!(user instanceof E2eTestUser)) return recorded.sendExample(user, 'POST', path, 'uce');
  const { sealed, wrapped_key } = sealedDraft(user, { content: 'Brought.' }, id);
  return recorded.send(user, 'POST', path, { sealed, wrapped_key });
}
