import { Command, Help, Option, SubCommand } from 'nest-commander';
import { type DeadLetter, DeadLetters } from '../platform/queue/dead-letters.js';
import { type Pending, QueueStats } from '../platform/queue/queue-stats.js';
import { queues } from '../queues.js';
import { confirm } from './confirm.js';
import { Misuse } from './ending.js';
import { CommandGroup, OperatorCommand } from './operator-command.js';
import { withQueues } from './place.js';
import { QueueDrainCommand, QueueResumeCommand } from './queue-drain.command.js';

const asked = { flags: '--yes', description: 'do not ask' };

@SubCommand({
  name: 'stats',
  description: 'What waits in each queue, what is owed, and what was given up. Counts only.',
})
export class QueueStatsCommand extends OperatorCommand {
  @Option({ flags: '--json', description: 'print JSON, for programs' })
  json(): boolean {
    return true;
  }

  @Help('after')
  meaning(): string {
    return '\nundone: events in the outbox, in the queue or not. dead: given up, see `queue dead`. oldest, lag: seconds that the oldest waiting job, and the oldest event that is not done, have been there.';
  }

  override async run(_none: string[], { json }: { json?: boolean }): Promise<void> {
    const pending = await withQueues(this.isEmbedded, (server) => server.get(QueueStats, { strict: false }).all());
    process.stdout.write(json ? `${JSON.stringify({ queues: pending.map(toJson) })}\n` : table(pending));
  }
}

const toJson = ({ queue, isPaused, waiting, active, delayed, dead, undone, oldestSeconds, lagSeconds }: Pending) => ({
  queue,
  paused: isPaused,
  waiting,
  active,
  delayed,
  dead,
  undone,
  oldest_seconds: oldestSeconds,
  lag_seconds: lagSeconds,
});

function table(pending: readonly Pending[]): string {
  const rows = pending.map((each) => Object.values(toJson(each)).map((value) => String(value ?? '-')));
  const head = ['queue', 'paused', 'waiting', 'active', 'delayed', 'dead', 'undone', 'oldest', 'lag'];
  return [head, ...rows]
    .map(
      (row) =>
        `${row
          .map((cell) => cell.padEnd(13))
          .join('')
          .trimEnd()}\n`,
    )
    .join('');
}

@SubCommand({
  name: 'dead',
  arguments: '[queue]',
  argsDescription: { queue: 'one queue; all unless said' },
  description: 'The 200 oldest dead letters: id, queue, event, user, type of the error, tries, when. Never content.',
})
export class QueueDeadCommand extends OperatorCommand {
  override async run([queue]: string[]): Promise<void> {
    if (queue !== undefined) assertQueue(queue);
    const letters = await withQueues(this.isEmbedded, (server) =>
      server.get(DeadLetters, { strict: false }).list(queue),
    );
    process.stdout.write(letters.map(line).join(''));
  }
}

const line = ({ id, queue, event, userId, error, attempts, failedAt }: DeadLetter): string =>
  `${[id, queue, event, userId, error, attempts, failedAt.toISOString()].join('  ')}\n`;

@SubCommand({
  name: 'retry',
  arguments: '<which>',
  argsDescription: { which: 'the id of a dead letter, or a queue' },
  description: 'Put one dead letter, or all of a queue, back into the outbox.',
})
export class QueueRetryCommand extends OperatorCommand {
  @Option(asked)
  yes(): boolean {
    return true;
  }

  @Help('after')
  what(): string {
    return '\nA worker takes it within a second, and has five tries again. What fails again comes back as a dead letter.';
  }

  override async run([which = '']: string[], { yes }: { yes?: boolean }): Promise<void> {
    const isQueue = which in queues;
    if (isQueue) await confirm(`This tries every dead letter of ${which} again.`, yes);
    else if (!/^[\da-f-]{36}$/.test(which)) throw new Misuse(`${which} is neither an id nor one of ${names()}.`);
    const count = await withQueues(this.isEmbedded, (server) => {
      const dead = server.get(DeadLetters, { strict: false });
      return isQueue ? retryAll(dead, which) : retryOne(dead, which);
    });
    process.stdout.write(`${count} back in the outbox\n`);
  }
}

async function retryOne(dead: DeadLetters, id: string): Promise<number> {
  const letter = await dead.find(id);
  if (!letter || !(await dead.retry(letter))) throw new Error(`There is no dead letter with the id ${id}.`);
  return 1;
}

/** Those that were there when it began: one that fails again meanwhile is not taken twice. */
async function retryAll(dead: DeadLetters, queue: string): Promise<number> {
  const before = new Date();
  let count = 0;
  for (;;) {
    const letters = (await dead.list(queue)).filter(({ failedAt }) => failedAt < before);
    if (letters.length === 0) return count;
    for (const letter of letters) count += (await dead.retry(letter)) ? 1 : 0;
  }
}

const names = () => Object.keys(queues).join(', ');

function assertQueue(name: string): void {
  if (!(name in queues)) throw new Misuse(`There is no queue ${name}: it is one of ${names()}.`);
}

@Command({
  name: 'queue',
  description: 'What workers have to do: see it, try again what failed, stop and empty a queue.',
  subCommands: [QueueStatsCommand, QueueDeadCommand, QueueRetryCommand, QueueDrainCommand, QueueResumeCommand],
})
export class QueueCommand extends CommandGroup {}
