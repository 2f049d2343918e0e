import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { bytesOf, startTestStore, type TestStore } from '../harness/store.js';
import { describeStore } from './behaviour.js';
import { send, StoreWorld } from './store-world.js';

let store: TestStore;
beforeAll(async () => {
  store = await startTestStore();
});
afterAll(() => store.stop());

describeStore('the embedded store', () => store.environment, { hasChecksums: true });

it('lets one of many win who all want to be first', async () => {
  const world = new StoreWorld(store.environment);
  const key = world.newKey();
  const first = async (seed: number) => {
    const bytes = bytesOf(1000, seed);
    const { headers, ...request } = await world.presignPut(key, bytes);
    return send({ ...request, headers: { ...headers, 'if-none-match': '*' } }, bytes);
  };
  const answers = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(first));
  world.close();
  expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([
    200,
    ...Array.from({ length: 7 }, () => 412),
  ]);
});

it('joins parts in the order of their numbers, and in no other', async () => {
  const world = new StoreWorld(store.environment);
  const key = world.newKey();
  const id = await world.store.beginUpload(key, 'application/octet-stream');
  const [one, two] = [await world.putPart(key, id, 1, bytesOf(10)), await world.putPart(key, id, 2, bytesOf(10))];
  for (const parts of [[two, one], [one, one], []]) {
    const isComplete = await world.store.completeUpload(key, id, parts).catch(() => false);
    expect(isComplete).toBe(false);
  }
  await world.store.abortUpload(key, id);
  world.close();
});
