import { type DynamicModule, Module } from '@nestjs/common';
import type { CommandRunner } from 'nest-commander';
import { DaybookCommand } from './daybook.command.js';

type CommandClass = Pick<typeof CommandRunner, 'registerWithSubCommands'>;

/** Commands by their first word. Whoever does not ask for one does not wait for what it stands on to be loaded. */
const commands = new Map<string, () => Promise<CommandClass>>([
  ['backup', async () => (await import('./backup.command.js')).BackupCommand],
  ['doctor', async () => (await import('./doctor.command.js')).DoctorCommand],
  ['keys', async () => (await import('./keys.command.js')).KeysCommand],
  ['media', async () => (await import('./media.command.js')).MediaCommand],
  ['queue', async () => (await import('./queue.command.js')).QueueCommand],
  ['user', async () => (await import('./user.command.js')).UserCommand],
]);

/** Operators' commands. They stand on nothing: each opens what it works on, so that help and usage need no configuration. */
@Module({})
export class CommandsModule {
  /** The command that `args` name, or all of them, for help and for what is misspelt. */
  static async for(args: readonly string[]): Promise<DynamicModule> {
    const named = commands.get(args.find((arg) => !arg.startsWith('-')) ?? '');
    const meant = await Promise.all((named ? [named] : [...commands.values()]).map((load) => load()));
    const providers = meant.flatMap((command) => command.registerWithSubCommands());
    return { module: CommandsModule, providers: [DaybookCommand, ...providers] };
  }
}
