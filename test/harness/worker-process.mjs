// The queue process, as built, which gives up the jobs of a worker that died sooner than in production.
import { NestFactory } from '@nestjs/core';
import { Config } from '../../dist/src/platform/config/config.js';
import { optionsOf } from '../../dist/src/platform/queue/pace.js';
import { WorkerModule } from '../../dist/src/worker.module.js';

const module = WorkerModule.with(Config.fromEnvironment());
Object.assign(optionsOf('auth'), { lockDuration: 1_000, stalledInterval: 500 });
const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
process.send?.('ready');
process.on('SIGTERM', () => void app.close().then(() => process.exit(0)));
