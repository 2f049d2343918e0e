import { Command, Help, Option } from 'nest-commander';
import { facebookCheck } from '../modules/integrations/facebook-check.js';
import { examine } from '../platform/doctor/doctor.js';
import type { Finding } from '../platform/doctor/finding.js';
import { Exit } from './ending.js';
import { OperatorCommand } from './operator-command.js';
import { inPlace } from './place.js';

@Command({
  name: 'doctor',
  description: 'Look whether everything that the server relies on is as it must be. Changes nothing.',
})
export class DoctorCommand extends OperatorCommand {
  @Option({ flags: '--json', description: 'print JSON, for programs' })
  json(): boolean {
    return true;
  }

  @Help('after')
  what(): string {
    return '\nOne line for each check: ok, fault (with what to do), or skipped because an earlier one failed. Ends with 1 when there is a fault.';
  }

  override async run(_none: string[], { json }: { json?: boolean }): Promise<void> {
    const findings = await inPlace(this.isEmbedded, (configure) => examine(configure, [facebookCheck]));
    const isWell = findings.every(({ state }) => state === 'ok');
    process.stdout.write(json ? `${JSON.stringify({ ok: isWell, checks: findings })}\n` : findings.map(line).join(''));
    process.exitCode = isWell ? Exit.ok : Exit.failed;
  }
}

const line = ({ name, state, detail, remedy }: Finding): string =>
  `${state.padEnd(7)} ${name}: ${detail}${remedy === undefined ? '' : `. ${remedy}`}\n`;
