import 'reflect-metadata';
import { CommandFactory } from 'nest-commander';
import { CommandsModule } from './commands/commands.module.js';
import { endWith } from './commands/ending.js';

/** The operators' commands: `daybook --help`. */
await CommandFactory.run(await CommandsModule.for(process.argv.slice(2)), {
  logger: false,
  serviceErrorHandler: endWith,
});
