import 'reflect-metadata';
import { AppModule } from './app.module.js';
import { createApp } from './app.js';
import { Config } from './platform/config/config.js';
import { openToOperators } from './platform/metrics/ops-server.js';
import { run } from './platform/process.js';

/** The API process. */
await run(async () => {
  const config = Config.fromEnvironment();
  const app = await createApp(AppModule.with(config), config);
  await app.listen(config.values.PORT, config.values.HOST);
  await openToOperators(app);
  return { close: () => app.close() };
});
