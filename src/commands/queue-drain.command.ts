import { setTimeout as sleep } from 'node:timers/promises';
import { Help, Option, SubCommand } from 'nest-commander';
import { AllQueues } from '../platform/queue/queues.js';
import { queues } from '../queues.js';
import { confirm } from './confirm.js';
import { Misuse } from './ending.js';
import { OperatorCommand } from './operator-command.js';
import { withQueues } from './place.js';

const WAIT_MS_MAX = 60_000;
const PAUSE_MS = 200;
const which = { arguments: '<queue>', argsDescription: { queue: `one of ${Object.keys(queues).join(', ')}, or all` } };

@SubCommand({
  name: 'drain',
  description: 'Let workers begin no more jobs of a queue, wait for those under way, and empty it if asked to.',
  ...which,
})
export class QueueDrainCommand extends OperatorCommand {
  @Option({ flags: '--empty', description: 'also take away the jobs that wait; asks first' })
  empty(): boolean {
    return true;
  }

  @Option({ flags: '--yes', description: 'do not ask' })
  yes(): boolean {
    return true;
  }

  @Help('after')
  consequences(): string {
    return '\nIt stays so, in every process and through restarts, until `queue resume`. No event is lost by --empty: each is still in the outbox, and comes back within five minutes. Tasks come back at their next time.';
  }

  override async run([queue = '']: string[], { empty, yes }: { empty?: boolean; yes?: boolean }): Promise<void> {
    const names = namesOf(queue);
    if (empty) await confirm(`This takes away what waits in ${names.join(', ')}.`, yes);
    await withQueues(this.isEmbedded, async (server) => {
      const all = server.get(AllQueues, { strict: false });
      for (const name of names) await drain(all, name, empty === true);
    });
  }
}

async function drain(all: AllQueues, name: string, isEmptied: boolean): Promise<void> {
  await all.pause(name);
  const end = Date.now() + WAIT_MS_MAX;
  let depth = await all.depth(name);
  while (depth.active > 0 && Date.now() < end) {
    await sleep(PAUSE_MS);
    depth = await all.depth(name);
  }
  if (depth.active > 0)
    throw new Error(`${name} is paused, and ${depth.active} jobs are still under way. Look again with queue stats.`);
  if (!isEmptied) {
    process.stdout.write(`${name} is paused, ${depth.waiting + depth.delayed} wait\n`);
    return;
  }
  await all.empty(name);
  process.stdout.write(`${name} is paused and empty; what is in the outbox comes back within five minutes\n`);
}

@SubCommand({ name: 'resume', description: 'Let workers begin jobs of a queue again.', ...which })
export class QueueResumeCommand extends OperatorCommand {
  override async run([queue = '']: string[]): Promise<void> {
    const names = namesOf(queue);
    await withQueues(this.isEmbedded, async (server) => {
      const all = server.get(AllQueues, { strict: false });
      for (const name of names) await all.resume(name);
    });
    process.stdout.write(`${names.join(', ')}: resumed\n`);
  }
}

function namesOf(queue: string): string[] {
  if (queue === 'all') return Object.keys(queues);
  if (!(queue in queues))
    throw new Misuse(`There is no queue ${queue}: it is one of ${Object.keys(queues).join(', ')}.`);
  return [queue];
}
