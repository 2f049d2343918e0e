// Runs the behaviour of the object store, and all that a client does with a file, against radosgw, a real S3, on a cluster of
// its own in memory. It needs Debian's packages radosgw, ceph-mon, ceph-osd and ceph-common.
// What the tests said goes to bench/results/radosgw.txt.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { startRadosgw } from './radosgw/cluster.mjs';

const BUCKET = 'daybook-media';
const RESULT = 'bench/results/radosgw.txt';
const SPECS = ['test/storage/any-s3', 'test/sdk/media-any-s3'];

const { endpoint, accessKeyId, secretAccessKey, version, stop } = await startRadosgw();
try {
  const credentials = { accessKeyId, secretAccessKey };
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  client.destroy();
  const environment = {
    TEST_S3_ENDPOINT: endpoint,
    TEST_S3_BUCKET: BUCKET,
    TEST_S3_ACCESS_KEY_ID: accessKeyId,
    TEST_S3_SECRET_ACCESS_KEY: secretAccessKey,
    TEST_S3_NAME: 'radosgw',
    TEST_S3_CHECKSUMS: process.env.TEST_S3_CHECKSUMS ?? 'off',
  };
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['scripts/run.mjs', 'test', '--runInBand', '--verbose', ...SPECS],
    {
      env: { ...process.env, ...environment },
      encoding: 'utf8',
    },
  );
  const said = `${version}\n\n${stdout}${stderr}`.replace(/ \(\d+(\.\d+)? m?s\)/g, '').replace(/^Time:.*\n/m, '');
  mkdirSync('bench/results', { recursive: true });
  writeFileSync(RESULT, said);
  process.stdout.write(`${said}\n${RESULT} is written.\n`);
  process.exitCode = status ?? 1;
} finally {
  await stop();
}
