// node worker.mjs work | announce EVENTS PASSWORD: the queue process as built, or an account and as many events about it.
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../../dist/src/app.module.js';
import { PasswordChanged } from '../../dist/src/modules/auth/auth.events.js';
import { AccountsService } from '../../dist/src/modules/auth/accounts/accounts.service.js';
import { Config } from '../../dist/src/platform/config/config.js';
import { Database } from '../../dist/src/platform/database/database.js';
import { Outbox } from '../../dist/src/platform/queue/outbox.js';
import { optionsOf } from '../../dist/src/platform/queue/pace.js';
import { WorkerModule } from '../../dist/src/worker.module.js';

const [mode, events, password] = process.argv.slice(2);
const config = Config.fromEnvironment();
const start = (module) => NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });

if (mode === 'announce') {
  const app = await start(AppModule.with(config));
  const draft = { tier: 'uce', email: 'letters@example.com', password };
  const { user } = await app.get(AccountsService, { strict: false }).create(draft);
  const outbox = app.get(Outbox, { strict: false });
  await app.get(Database, { strict: false }).asUser({ userId: user.id }, async (tx) => {
    for (let n = 0; n < Number(events); n++) await outbox.add(tx, PasswordChanged, { userId: user.id });
  });
  await app.close();
} else {
  const module = WorkerModule.with(config);
  // The jobs of a worker that died go to others sooner than in production.
  Object.assign(optionsOf('auth'), { lockDuration: 1_000, stalledInterval: 500 });
  const app = await start(module);
  process.on('SIGTERM', () => void app.close().then(() => process.exit(0)));
  process.send('ready');
}
