import type { E2eTestUser, TestUser } from '../../harness/api.js';
import { sealedChange, sealedDraft } from '../../harness/entries.js';
import { bodyExamples } from '../../harness/examples.js';
import type { Http } from '../../harness/http.js';
import type { Recorded } from '../../harness/recorded.js';

const SNOW = {
  title: 'First snow',
  content: bodyExamples('POST', '/api/v1/entries')['uce']?.value.content,
  tags: ['garden'],
};
const TAG_TOKENS = { tag_tokens: ['MDEyMzQ1Njc4OWFiY2RlZg'] };

/** Goes through the diary of a uce user with the examples of requests. */
export async function walkUceDiary(ada: TestUser, recorded: Recorded): Promise<void> {
  const { body: entry } = await recorded.sendExample(ada, 'POST', '/entries', 'uce');
  await recorded.send(ada, 'POST', '/entries', {
    ...bodyExamples('POST', '/api/v1/entries')['uce']?.value,
    id: entry.id,
  });
  await walkLists(ada, recorded, entry.id);
  await recorded.sendExample(ada, 'POST', '/entries/query', 'uce');
  await recorded.sendExample(ada, 'POST', '/entries/batch', 'uce');
  await recorded.send(ada, 'POST', '/entries/batch', {
    entries: [{ content: 'Rain.' }, { id: entry.id, content: 'Sun.' }],
  });
  await recorded.sendExample(ada, 'POST', '/search', 'uce');
  await recorded.sendExample(ada, 'PUT', `/entries/${entry.id}`, 'uce');
  await recorded.sendExample(ada, 'PATCH', `/entries/${entry.id}`, 'uce');
  await walkVersions(ada, recorded, entry.id);
  await recorded.sendExample(ada, 'POST', `/entries/${entry.id}/versions/1/revert`, 'uce');
  const { body: tags } = await ada.get('/entries/tags');
  await recorded.sendExample(ada, 'PATCH', `/entries/tags/${tags.data[0].id}`, 'any');
  await recorded.send(ada, 'DELETE', `/entries/tags/${tags.data[0].id}`);
  await walkTrash(ada, recorded, entry.id);
  const { body: begun } = await recorded.send(ada, 'POST', '/search/index');
  const job = `/jobs/${begun.job_id}`;
  for (const path of ['/search/stats', job, `${job}/events`, job]) await recorded.send(ada, 'GET', path);
  await recorded.send(ada, 'POST', `${job}/cancel`);
}

/** The same for an e2e user, whose client seals. */
export async function walkE2eDiary(eve: E2eTestUser, recorded: Recorded): Promise<void> {
  const day = { entry_date: '2026-11-21', ...TAG_TOKENS };
  const draft = { ...sealedDraft(eve, SNOW), ...day };
  const { body: entry } = await recorded.send(eve, 'POST', '/entries', draft);
  await recorded.send(eve, 'POST', '/entries', draft);
  await walkLists(eve, recorded, entry.id);
  await recorded.send(eve, 'POST', '/entries/query', TAG_TOKENS);
  await recorded.send(eve, 'POST', '/entries/batch', { entries: [sealedDraft(eve), sealedDraft(eve, {}, entry.id)] });
  const put = await recorded.send(eve, 'PUT', `/entries/${entry.id}`, { ...sealedChange(eve, entry), ...day });
  const patch = await recorded.send(eve, 'PATCH', `/entries/${entry.id}`, sealedChange(eve, { ...entry, ...put.body }));
  await walkVersions(eve, recorded, entry.id);
  const next = sealedChange(eve, { ...entry, ...patch.body }, SNOW);
  await recorded.send(eve, 'POST', `/entries/${entry.id}/versions/1/revert`, next);
  await walkTrash(eve, recorded, entry.id);
}

async function walkLists(user: Http, recorded: Recorded, id: string): Promise<void> {
  const paths = ['', '/kinds', '/tags', `/${id}`, '/on-this-day?date=2027-11-21'];
  for (const path of [...paths, '/calendar?from=2026-11-01&to=2026-11-30&today=2026-11-21'])
    await recorded.send(user, 'GET', `/entries${path}`);
  await recorded.sendExample(user, 'POST', '/entries/batch/get', 'any', { ids: [id] });
}

async function walkVersions(user: Http, recorded: Recorded, id: string): Promise<void> {
  for (const path of ['/versions', '/versions/1', '/history'])
    await recorded.send(user, 'GET', `/entries/${id}${path}`);
}

async function walkTrash(user: Http, recorded: Recorded, id: string): Promise<void> {
  await recorded.send(user, 'DELETE', `/entries/${id}`);
  await recorded.send(user, 'POST', `/entries/${id}/restore`);
  await recorded.send(user, 'GET', '/history');
}
