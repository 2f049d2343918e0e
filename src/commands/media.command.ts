import { Command, Help, Option, SubCommand } from 'nest-commander';
import { Orphans } from '../modules/media/orphans.js';
import { CommandGroup, OperatorCommand } from './operator-command.js';
import { withServer } from './place.js';

@SubCommand({
  name: 'orphans',
  description: 'Show what is in the object store, older than a day, and unknown to the database.',
})
export class MediaOrphansCommand extends OperatorCommand {
  @Option({ flags: '--remove', description: 'remove it, however much it is: there is no way back' })
  remove(): boolean {
    return true;
  }

  @Help('after')
  when(): string {
    return '\nWorkers do this once a day by themselves, unless it is so much that the database may not be the right one. Look whether it is before you remove anything: with an empty or an older database, media of your users are shown here.';
  }

  override async run(_none: string[], { remove }: { remove?: boolean }): Promise<void> {
    const { known, orphans } = await withServer(this.isEmbedded, async (server) => {
      const store = server.get(Orphans, { strict: false });
      const count = { known: 0, orphans: 0 };
      for await (const stored of store.look()) {
        count[stored.isKnown ? 'known' : 'orphans']++;
        if (stored.isKnown) continue;
        if (remove) await store.remove(stored);
        process.stdout.write(`${remove ? 'removed' : 'unknown'} ${stored.key}\n`);
      }
      return count;
    });
    process.stdout.write(`${orphans} unknown, ${known} known\n`);
  }
}

@Command({
  name: 'media',
  description: 'Look after what is in the object store.',
  subCommands: [MediaOrphansCommand],
})
export class MediaCommand extends CommandGroup {}
