import { type DynamicModule, Global, Inject, Module, type OnModuleInit } from '@nestjs/common';
import { BullModule } from '@nestjs/bullmq';
import { Config } from '../config/config.js';
import { DeadLetters } from './dead-letters.js';
import { DeadLettersUserData } from './dead-letters.user-data.js';
import { Outbox, REACTIONS, type Reactions } from './outbox.js';
import { OutboxRelay } from './outbox.relay.js';
import { type Queues, setPaces } from './pace.js';
import { QueueStats } from './queue-stats.js';
import { AllQueues, QUEUE_NAMES } from './queues.js';
import { queueOptions } from './queue-store.js';

/** Tasks by name: the queue that does each, and how often. */
export type Schedules = Readonly<Record<string, { readonly queue: string; readonly everyMs: number }>>;
const SCHEDULES = Symbol('schedules');

/** Announcing events: all that a process needs that only answers requests. */
@Global()
@Module({})
export class OutboxModule {
  static with(reactions: Reactions): DynamicModule {
    const providers = [{ provide: REACTIONS, useValue: reactions }, Outbox, DeadLetters, DeadLettersUserData];
    return { module: OutboxModule, providers, exports: [Outbox, DeadLetters] };
  }
}

/** The queues themselves, on Redis or on PostgreSQL. */
@Module({})
export class QueuesModule {
  static with(queues: Queues): DynamicModule {
    const names = Object.keys(queues);
    setPaces(queues);
    const root = BullModule.forRootAsync({ inject: [Config], useFactory: queueOptions });
    const registered = BullModule.registerQueue(...names.map((name) => ({ name })));
    const providers = [{ provide: QUEUE_NAMES, useValue: names }, AllQueues, QueueStats];
    return { module: QueuesModule, imports: [root, registered], providers, exports: [AllQueues, QueueStats] };
  }
}

/** What fills the queues, events and tasks: for processes that work on jobs. */
@Module({})
export class QueueModule implements OnModuleInit {
  constructor(
    private readonly queues: AllQueues,
    @Inject(SCHEDULES) private readonly schedules: Schedules,
  ) {}

  static with(queues: Queues, reactions: Reactions, schedules: Schedules): DynamicModule {
    const used = [...Object.values(reactions).flat(), ...Object.values(schedules).map(({ queue }) => queue)];
    for (const name of used) if (!queues[name]) throw new Error(`nothing says how fast the queue ${name} is worked on`);
    return {
      module: QueueModule,
      imports: [QueuesModule.with(queues)],
      providers: [{ provide: SCHEDULES, useValue: schedules }, OutboxRelay],
      exports: [OutboxRelay],
    };
  }

  /** A process that works on jobs does not start without its queues. */
  async onModuleInit(): Promise<void> {
    await this.queues.untilReady();
    // Asserted at each start: a queue that was emptied has forgotten them.
    for (const [name, { queue, everyMs: every }] of Object.entries(this.schedules))
      await this.queues.named(queue).upsertJobScheduler(name, { every }, { name, data: {} });
  }
}
