import { Help, Option, RootCommand } from 'nest-commander';
import { CommandGroup } from './operator-command.js';

@RootCommand({
  name: 'daybook',
  description: "Operators' commands of a Daybook server. They read the same environment as the server does.",
})
export class DaybookCommand extends CommandGroup {
  @Option({
    flags: '--embedded',
    description: 'work on the instance that `npm start` keeps under DATA_DIR (./data unless said), running or not',
  })
  embedded(): boolean {
    return true;
  }

  @Help('after')
  exitCodes(): string {
    return '\nExit codes: 0 done, 1 it could not be done or something is wrong, 2 called in a wrong way.\nBeside `npm start`: npm run daybook -- <command>';
  }
}
