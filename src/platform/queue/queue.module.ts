import { type DynamicModule, Global, Logger, Module, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { BullModule, getQueueToken } from '@nestjs/bullmq';
import { type ConnectionOptions, createPostgresBackend, type Queue, setDefaultBackendFactory } from 'bullmq';
import { Config } from '../config/config.js';
import { Outbox, REACTIONS, type Reactions } from './outbox.js';
import { OutboxRelay } from './outbox.relay.js';

const REDIS_TIMEOUT_MS = 500;
const CONNECTIONS_PER_QUEUE = 2;
const ATTEMPTS_MAX = 5;
const BACKOFF_MS = 10_000;

/** Tasks by name: the queue that does each, and how often. */
export type Schedules = Readonly<Record<string, { readonly queue: string; readonly everyMs: number }>>;

/** Announcing events: all that a process needs that only answers requests. */
@Global()
@Module({})
export class OutboxModule {
  static with(reactions: Reactions): DynamicModule {
    const providers = [{ provide: REACTIONS, useValue: reactions }, Outbox];
    return { module: OutboxModule, providers, exports: [Outbox] };
  }
}

/** The queues themselves, on Redis or on PostgreSQL, and the relay that fills them: for processes that work on jobs. */
@Module({})
export class QueueModule implements OnModuleInit {
  private static queues: readonly string[] = [];
  private static schedules: Schedules = {};
  private readonly logger = new Logger(QueueModule.name);

  constructor(private readonly modules: ModuleRef) {}

  static with(reactions: Reactions, schedules: Schedules): DynamicModule {
    const scheduled = Object.values(schedules).map(({ queue }) => queue);
    QueueModule.queues = [...new Set([...Object.values(reactions).flat(), ...scheduled])];
    QueueModule.schedules = schedules;
    const root = BullModule.forRootAsync({
      inject: [Config],
      useFactory: (config: Config) => ({
        connection: queueConnection(config),
        // In braces: all keys of a queue live on one node of a Redis Cluster.
        ...(config.values.REDIS_URL && { prefix: `{${config.values.QUEUE_PREFIX}}` }),
        defaultJobOptions: {
          attempts: ATTEMPTS_MAX,
          backoff: { type: 'exponential', delay: BACKOFF_MS, jitter: 0.5 },
          removeOnComplete: true,
          removeOnFail: false,
        },
      }),
    });
    const queues = BullModule.registerQueue(...QueueModule.queues.map((name) => ({ name })));
    return { module: QueueModule, imports: [root, queues], providers: [OutboxRelay], exports: [OutboxRelay] };
  }

  /** A process that works on jobs does not start without its queues. */
  async onModuleInit(): Promise<void> {
    for (const name of QueueModule.queues) {
      const queue = this.queue(name);
      queue.on('error', (error) => this.logger.warn({ msg: 'the queue is out of reach', queue: name, err: error }));
      await queue.waitUntilReady();
    }
    // Asserted at each start: a queue that was emptied has forgotten them.
    for (const [name, { queue, everyMs: every }] of Object.entries(QueueModule.schedules))
      await this.queue(queue).upsertJobScheduler(name, { every }, { name, data: {} });
  }

  private queue(name: string): Queue {
    return this.modules.get<Queue>(getQueueToken(name), { strict: false });
  }
}

/** BullMQ keeps the choice of its store for the whole process, so it is made before any queue is. */
function queueConnection({ values }: Config): ConnectionOptions {
  if (values.REDIS_URL) {
    setDefaultBackendFactory();
    return { url: values.REDIS_URL.reveal(), maxRetriesPerRequest: null, connectTimeout: REDIS_TIMEOUT_MS };
  }
  setDefaultBackendFactory(createPostgresBackend);
  return {
    connectionString: values.QUEUE_DATABASE_URL?.reveal(),
    schema: 'bullmq',
    migrate: true,
    max: CONNECTIONS_PER_QUEUE,
  };
}
