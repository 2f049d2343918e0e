import { it } from '@jest/globals';
import { describeStore } from './behaviour.js';
import { NOT_TOLD, otherStore } from './other-store.js';

if (otherStore === undefined) it.todo(NOT_TOLD);
else {
  const { name, environment, hasChecksums } = otherStore;
  describeStore(name, () => environment, { hasChecksums });
}
