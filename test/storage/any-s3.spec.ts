import { it } from '@jest/globals';
import { describeStore } from './behaviour.js';
import { otherStore } from './other-store.js';

if (otherStore === undefined) {
  it.todo('another S3 was not tested: TEST_S3_ENDPOINT is not set (node scripts/try-radosgw.mjs)');
} else {
  const { name, environment, hasChecksums } = otherStore;
  describeStore(name, () => environment, { hasChecksums });
}
