import { it } from '@jest/globals';
import { otherStore } from '../storage/other-store.js';
import { describeMediaFlow } from './media-flow.js';

if (otherStore === undefined) {
  it.todo('another S3 was not tested: TEST_S3_ENDPOINT is not set (node scripts/try-radosgw.mjs)');
} else {
  const { name, environment } = otherStore;
  describeMediaFlow(name, () => environment);
}
