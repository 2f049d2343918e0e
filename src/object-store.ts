import 'reflect-metadata';
import { storeServerOptions } from './platform/config/config.js';
import { startEmbeddedStore } from './platform/embedded/objects/embedded-store.js';
import { run } from './platform/process.js';

/** The object store as a process of its own, for an installation on one machine (compose.yaml). */
await run(async () => {
  const options = storeServerOptions();
  const { stop } = await startEmbeddedStore({
    folder: options.STORE_DIR,
    bucket: options.S3_BUCKET,
    key: {
      accessKeyId: options.S3_ACCESS_KEY_ID,
      secretAccessKey: options.S3_SECRET_ACCESS_KEY.reveal(),
      region: options.S3_REGION,
    },
    host: options.HOST,
    port: options.STORE_PORT,
    // Who was given an address may use it, from whatever page: ADR 0010.
    allowedOrigins: ['*'],
  });
  return { close: stop };
});
