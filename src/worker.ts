import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { Config } from './platform/config/config.js';
import { startLogging, untilLogging } from './platform/log/logger.js';
import { openToOperators } from './platform/metrics/ops-server.js';
import { run } from './platform/process.js';
import { WorkerModule } from './worker.module.js';

/** The queue process. */
await run(async () => {
  const app = await NestFactory.createApplicationContext(WorkerModule.with(Config.fromEnvironment()), untilLogging);
  startLogging(app);
  await openToOperators(app);
  return { close: () => app.close() };
});
