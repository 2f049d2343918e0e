import { join, resolve } from 'node:path';
import type { INestApplicationContext, ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Config, embeddedOptions } from '../platform/config/config.js';

/** A command has standard output for itself, and needs no more than a connection or two. */
const OURS = { LOG_LEVEL: 'silent', DATABASE_POOL_MAX: '2' };

/** Where the embedded instance keeps its secrets. */
export const secretsFile = (): string => join(resolve(embeddedOptions().DATA_DIR), 'secrets.json');

/**
 * Does `work` on the installation that is meant: the one that the environment names, or the embedded one under DATA_DIR,
 * which is started for as long as it takes where it does not run.
 * @param work gets a function that reads the configuration, and throws where it is not usable
 */
export async function inPlace<T>(isEmbedded: boolean, work: (configure: () => Config) => Promise<T>): Promise<T> {
  if (!isEmbedded) return work(() => Config.fromEnvironment({}, OURS));
  const { joinInstance } = await import('../platform/embedded/instance.js');
  const { DATA_DIR, PORT } = embeddedOptions();
  const instance = await joinInstance(DATA_DIR);
  try {
    const defaults = { PUBLIC_URL: `http://localhost:${PORT}`, MAIL_DIR: join(instance.dataDir, 'mail') };
    return await work(() => Config.fromEnvironment(defaults, { ...instance.environment, ...OURS }));
  } finally {
    await instance.stop();
  }
}

/** Does `work` with the server's own parts, built as for the API process, which serves nobody. */
export const withServer = <T>(isEmbedded: boolean, work: (server: INestApplicationContext) => Promise<T>): Promise<T> =>
  withParts(isEmbedded, [], work);

/** The same, with the queues, on which it does not work. */
export async function withQueues<T>(
  isEmbedded: boolean,
  work: (server: INestApplicationContext) => Promise<T>,
): Promise<T> {
  const [{ queues }, { QueuesModule }, { AllQueues }] = await Promise.all([
    import('../queues.js'),
    import('../platform/queue/queue.module.js'),
    import('../platform/queue/queues.js'),
  ]);
  return withParts(isEmbedded, [QueuesModule.with(queues)], async (server) => {
    await server.get(AllQueues, { strict: false }).untilReady();
    return work(server);
  });
}

function withParts<T>(
  isEmbedded: boolean,
  more: NonNullable<ModuleMetadata['imports']>,
  work: (server: INestApplicationContext) => Promise<T>,
): Promise<T> {
  return inPlace(isEmbedded, async (configure) => {
    // Here and above: a second of loading, which commands that need no server do without.
    const { AppModule } = await import('../app.module.js');
    const server = await NestFactory.createApplicationContext(AppModule.with(configure(), ...more), {
      logger: false,
      abortOnError: false,
    });
    try {
      return await work(server);
    } finally {
      await server.close();
    }
  });
}
