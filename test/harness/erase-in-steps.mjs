// Erases one account with the built application, and kills itself after a number of slices, as a crash would.
import { NestFactory } from '@nestjs/core';
import { foundation } from '../../dist/src/app.module.js';
import { Eraser } from '../../dist/src/modules/auth/erasure/eraser.js';
import { Config } from '../../dist/src/platform/config/config.js';
import { UserDataSocket } from '../../dist/src/platform/user-data.js';
import { erasing } from '../../dist/src/worker.module.js';

// SLICES are counted of all sources, or of the one that SOURCE names.
const { USER_ID, EVENT_ID, SLICES, SOURCE } = process.env;
let left = Number(SLICES);

class Module {}
const dynamic = { module: Module, imports: [...foundation(Config.fromEnvironment()), ...erasing] };
const app = await NestFactory.createApplicationContext(dynamic, { logger: false, abortOnError: false });
for (const source of app.get(UserDataSocket).sources) {
  const forget = source.forget.bind(source);
  source.forget = async (user, tally) => {
    const hasMore = await forget(user, tally);
    if (hasMore && (SOURCE ?? source.name) === source.name && left-- === 0) process.kill(process.pid, 'SIGKILL');
    return hasMore;
  };
}
await app.get(Eraser).erase(USER_ID, { id: EVENT_ID, userId: USER_ID, payload: { userId: USER_ID } });
await app.close();
