import { afterAll, beforeAll } from '@jest/globals';
import { startTestStore, type TestStore } from '../harness/store.js';
import { describeMediaFlow } from './media-flow.js';

let store: TestStore;
beforeAll(async () => {
  store = await startTestStore();
});
afterAll(() => store.stop());

describeMediaFlow('the embedded store', () => store.environment);
