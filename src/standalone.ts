import 'reflect-metadata';
import { join } from 'node:path';
import { AppModule } from './app.module.js';
import { createApp } from './app.js';
import { Config, standaloneOptions } from './platform/config/config.js';
import { startInstance } from './platform/embedded/instance.js';
import { welcome } from './platform/embedded/welcome.js';
import { serveLocalMetrics } from './platform/metrics/local-metrics.js';
import { openToOperators } from './platform/metrics/ops-server.js';
import { assertPortFree } from './platform/http/port.js';
import { run } from './platform/process.js';
import { workers } from './worker.module.js';

/** `npm start`: API and workers in one process, on a database of its own under DATA_DIR. */
await run(async () => {
  const { HOST, PORT, PUBLIC_URL = `http://localhost:${PORT}`, DATA_DIR, STORE_PORT } = standaloneOptions();
  await assertPortFree(HOST, PORT);
  const instance = await startInstance(DATA_DIR, { host: HOST, port: STORE_PORT });
  const stop = () => instance.stop();
  try {
    const config = Config.fromEnvironment(
      {
        PUBLIC_URL,
        MAIL_DIR: join(instance.dataDir, 'mail'),
        S3_PUBLIC_ENDPOINT: `http://${new URL(PUBLIC_URL).hostname}:${instance.storePort}`,
      },
      instance.environment,
    );
    const app = await createApp(AppModule.with(config, ...workers()), config);
    serveLocalMetrics(app);
    await app.listen(config.values.PORT, config.values.HOST);
    await openToOperators(app);
    process.stdout.write(welcome(await app.getUrl(), instance));
    return {
      close: async () => {
        await app.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
});
