import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { promisedAnswers } from '../harness/examples.js';
import { useIntegrations } from '../harness/facebook/connected.js';
import { Http } from '../harness/http.js';
import { differences } from '../harness/likeness.js';
import { Recorded } from '../harness/recorded.js';
import { startTestStore, type TestStore } from '../harness/store.js';
import { walkAccount, walkDevices } from './walks/account.js';
import { walkE2eDiary, walkUceDiary } from './walks/diary.js';
import { walkFacebook } from './walks/facebook.js';
import { walkInbox } from './walks/inbox.js';
import { walkMedia } from './walks/media.js';

/** The values of an answer: one of JSON, those of JSON lines, those of the events of a stream. */
const valuesOf = (text: string, type: string): unknown[] =>
  type === 'application/json'
    ? [JSON.parse(text)]
    : [...text.matchAll(/^(?:data: )?(\{.*\})$/gm)].map(([, json = '']) => JSON.parse(json));

describe('the answers that Swagger UI shows', () => {
  const recorded = new Recorded();
  const environment: Record<string, string> = {};
  let store: TestStore;
  beforeAll(async () => {
    store = await startTestStore();
    Object.assign(environment, store.environment);
  });
  const { api, graph } = useIntegrations(environment);
  afterAll(() => store.stop());

  // Every operation is called, nearly all with the examples of their requests.
  beforeAll(async () => {
    for (const path of ['/health', '/health/live', '/health/ready'])
      await recorded.send(new Http(api.origin), 'GET', path);
    for (const tier of ['uce', 'e2e'] as const) await walkAccount(api, recorded, tier);
    await walkDevices(api, recorded);
  });
  beforeAll(async () => {
    const [ada, eve] = [await api.newUser(), await api.newE2eUser()];
    await walkUceDiary(ada, recorded);
    await walkE2eDiary(eve, recorded);
    for (const user of [ada, eve]) await walkMedia(user, recorded);
  });
  beforeAll(async () => {
    for (const user of [await api.newUser(), await api.newE2eUser()]) await walkInbox(user, recorded);
    await walkFacebook(await api.newUser(), recorded, graph);
  });

  it.each(promisedAnswers)('are those of the server: $name', ({ name, type, examples }) => {
    const answers = recorded.of(name).flatMap(({ text }) => valuesOf(text, type));
    expect(answers).not.toEqual([]);
    for (const { value } of Object.values(examples)) {
      for (const shown of type === 'application/json' ? [value] : valuesOf(value, type)) {
        const found = answers.map((answer) => differences(shown, answer));
        expect(found.toSorted((a, b) => a.length - b.length)[0]).toEqual([]);
      }
    }
  });
});
