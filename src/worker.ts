import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { Logger } from 'nestjs-pino';
import { Config } from './platform/config/config.js';
import { run } from './platform/process.js';
import { WorkerModule } from './worker.module.js';

/** The queue process. */
await run(async () => {
  const app = await NestFactory.createApplicationContext(WorkerModule.with(Config.fromEnvironment()), {
    bufferLogs: true,
    abortOnError: false,
  });
  app.useLogger(app.get(Logger));
  return { close: () => app.close() };
});
