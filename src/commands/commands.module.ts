import { Module } from '@nestjs/common';
import { BackupCheckCommand, BackupCommand } from './backup.command.js';
import { DaybookCommand } from './daybook.command.js';
import { DoctorCommand } from './doctor.command.js';
import { KeysCommand, KeysNewCommand, KeysRotateCommand, KeysStatusCommand } from './keys.command.js';
import { MediaCommand, MediaOrphansCommand } from './media.command.js';
import { QueueDrainCommand, QueueResumeCommand } from './queue-drain.command.js';
import { QueueCommand, QueueDeadCommand, QueueRetryCommand, QueueStatsCommand } from './queue.command.js';
import { UserEraseCommand } from './user-erase.command.js';
import { UserEraseAgainCommand } from './user-erase-again.command.js';
import { UserImportCommand } from './user-import.command.js';
import { UserQuotaCommand } from './user-quota.command.js';
import { UserCommand, UserCreateCommand, UserLockCommand, UserUnlockCommand } from './user.command.js';

/** Every command. They stand on nothing: each opens what it works on, so that help and usage need no configuration. */
@Module({
  providers: [
    BackupCommand,
    BackupCheckCommand,
    DaybookCommand,
    DoctorCommand,
    KeysCommand,
    KeysNewCommand,
    KeysRotateCommand,
    KeysStatusCommand,
    MediaCommand,
    MediaOrphansCommand,
    QueueCommand,
    QueueDeadCommand,
    QueueDrainCommand,
    QueueResumeCommand,
    QueueRetryCommand,
    QueueStatsCommand,
    UserCommand,
    UserCreateCommand,
    UserEraseCommand,
    UserEraseAgainCommand,
    UserImportCommand,
    UserQuotaCommand,
    UserLockCommand,
    UserUnlockCommand,
  ],
})
export class CommandsModule {}
