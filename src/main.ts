import 'reflect-metadata';
import { AppModule } from './app.module.js';
import { createApp } from './app.js';
import { Config } from './platform/config/config.js';
import { run } from './platform/process.js';

/** The API process. */
await run(async () => {
  const config = Config.fromEnvironment();
  const app = await createApp(AppModule.with(config), config);
  await app.listen(config.values.PORT, config.values.HOST);
  return { close: () => app.close() };
});
