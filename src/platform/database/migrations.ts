import { CreateAccounts1795250000000 } from '../../../migrations/1795250000000-CreateAccounts.js';
import { CreateEntries1795250100000 } from '../../../migrations/1795250100000-CreateEntries.js';
import { ExpireSlots1795250150000 } from '../../../migrations/1795250150000-ExpireSlots.js';
import { CompleteAccounts1795250200000 } from '../../../migrations/1795250200000-CompleteAccounts.js';
import { CountPeppers1795250250000 } from '../../../migrations/1795250250000-CountPeppers.js';
import { LockAccounts1795250251000 } from '../../../migrations/1795250251000-LockAccounts.js';
import { ShowMigrations1795250252000 } from '../../../migrations/1795250252000-ShowMigrations.js';
import { CreateApiKeys1795250300000 } from '../../../migrations/1795250300000-CreateApiKeys.js';
import { CountStorage1795250400000 } from '../../../migrations/1795250400000-CountStorage.js';
import { EraseAccounts1795250410000 } from '../../../migrations/1795250410000-EraseAccounts.js';
import { ImportPasswords1795250420000 } from '../../../migrations/1795250420000-ImportPasswords.js';
import { LogDevices1795250500000 } from '../../../migrations/1795250500000-LogDevices.js';
import { NameSubjects1795250501000 } from '../../../migrations/1795250501000-NameSubjects.js';
import { ExpireKeySlots1795250510000 } from '../../../migrations/1795250510000-ExpireKeySlots.js';
import { CreateIdempotencyKeys1795250600000 } from '../../../migrations/1795250600000-CreateIdempotencyKeys.js';
import { CompleteEntries1795250700000 } from '../../../migrations/1795250700000-CompleteEntries.js';
import { IndexEntries1795250800000 } from '../../../migrations/1795250800000-IndexEntries.js';
import { CreateJobs1795250801000 } from '../../../migrations/1795250801000-CreateJobs.js';
import { CreateMedia1795250900000 } from '../../../migrations/1795250900000-CreateMedia.js';
import { DateSignatures1795250910000 } from '../../../migrations/1795250910000-DateSignatures.js';
import { NameObjects1795250950000 } from '../../../migrations/1795250950000-NameObjects.js';
import { CreateInbox1795251000000 } from '../../../migrations/1795251000000-CreateInbox.js';
import { CountAccounts1795251010000 } from '../../../migrations/1795251010000-CountAccounts.js';
import { KeepDeadLetters1795251050000 } from '../../../migrations/1795251050000-KeepDeadLetters.js';
import { CreateIntegrations1795276800000 } from '../../../migrations/1795276800000-CreateIntegrations.js';

/** Every migration, oldest first. Listed by hand: what runs on a diary should not depend on what lies in a folder. */
export const migrations = [
  CreateAccounts1795250000000,
  CreateEntries1795250100000,
  ExpireSlots1795250150000,
  CompleteAccounts1795250200000,
  CountPeppers1795250250000,
  LockAccounts1795250251000,
  ShowMigrations1795250252000,
  CreateApiKeys1795250300000,
  CountStorage1795250400000,
  EraseAccounts1795250410000,
  ImportPasswords1795250420000,
  LogDevices1795250500000,
  NameSubjects1795250501000,
  ExpireKeySlots1795250510000,
  CreateIdempotencyKeys1795250600000,
  CompleteEntries1795250700000,
  IndexEntries1795250800000,
  CreateJobs1795250801000,
  CreateMedia1795250900000,
  DateSignatures1795250910000,
  NameObjects1795250950000,
  CreateInbox1795251000000,
  CountAccounts1795251010000,
  KeepDeadLetters1795251050000,
  CreateIntegrations1795276800000,
];
