import { CommandRunner } from 'nest-commander';

type Parser = Parameters<CommandRunner['setCommand']>[0];

/** What all commands have in common: wrong usage ends with 2 (ending.ts) and a hint, instead of inside of the parser. */
export abstract class OperatorCommand extends CommandRunner {
  override setCommand(command: Parser): this {
    command.exitOverride().allowExcessArguments(false).showHelpAfterError('(add --help to see how it is used)');
    return super.setCommand(command);
  }

  /** Whether the command works on the instance of `npm start`. Said before the command's name, and holds for all of them. */
  protected get isEmbedded(): boolean {
    return this.command.optsWithGlobals()['embedded'] === true;
  }
}

/** A command that only has commands below it. */
export abstract class CommandGroup extends OperatorCommand {
  override setCommand(command: Parser): this {
    super.setCommand(command);
    command.allowExcessArguments(true);
    return this;
  }

  override async run([unknown]: string[]): Promise<void> {
    if (unknown !== undefined) this.command.error(`error: unknown command '${unknown}'`);
    this.command.help({ error: true });
  }
}
