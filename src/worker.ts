import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { Config } from './platform/config/config.js';
import { QuietLogger } from './platform/log/logger.js';
import { openToOperators } from './platform/metrics/ops-server.js';
import { run } from './platform/process.js';
import { WorkerModule } from './worker.module.js';

/** The queue process. */
await run(async () => {
  const app = await NestFactory.createApplicationContext(WorkerModule.with(Config.fromEnvironment()), {
    bufferLogs: true,
    abortOnError: false,
  });
  app.useLogger(app.get(QuietLogger));
  await openToOperators(app);
  return { close: () => app.close() };
});
