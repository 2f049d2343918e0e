import { it } from '@jest/globals';
import { NOT_TOLD, otherStore } from '../storage/other-store.js';
import { describeMediaFlow } from './media-flow.js';

if (otherStore === undefined) it.todo(NOT_TOLD);
else {
  const { name, environment } = otherStore;
  describeMediaFlow(name, () => environment);
}
