import { bytesToUuid, concatBytes, toBase64url, uuidToBytes } from '@daybook/sdk/crypto';
import { z } from 'zod';
import { bytes, Instant } from '../../../platform/http/wire.js';
import { UserId } from '../../../platform/ids.js';
import { GivenPassword } from '../accounts/email.schema.js';
import { erasureAskedExamples, erasureExamples, exportExamples } from './examples.js';

export const Erase = z.strictObject({ password: GivenPassword }).meta({ id: 'Erase' });
export type Erase = z.infer<typeof Erase>;

const ID_BYTES = 16;

/** Which erasure is meant: whose, and the random id that makes the receipt a secret. */
export interface ErasureName {
  readonly userId: UserId;
  readonly id: string;
}

/** On the wire base64url of user id 16 ‖ random id 16. */
export const writeReceipt = ({ userId, id }: ErasureName): string =>
  toBase64url(concatBytes(uuidToBytes(userId), uuidToBytes(id)));

/** The parts of a receipt; undefined for what none could be. */
export function readReceipt(receipt: Uint8Array): ErasureName | undefined {
  const { data: userId } = UserId.safeParse(bytesToUuid(receipt.subarray(0, ID_BYTES)));
  return userId && { userId, id: bytesToUuid(receipt.subarray(ID_BYTES)) };
}

export const Receipt = bytes(2 * ID_BYTES).describe('what POST /auth/erase answered');

export const ErasureAskedView = z
  .object({ receipt: z.string().describe('keep it: GET /auth/erasures/{receipt} follows the erasing') })
  .meta({ id: 'ErasureAsked', examples: erasureAskedExamples });

export const ErasureView = z
  .object({
    state: z.enum(['erasing', 'erased']),
    asked_at: Instant,
    erased_at: Instant.nullable(),
    counts: z.record(z.string(), z.int()).describe('rows and objects that are gone, by kind; keys went first'),
    backups_gone_on: z.iso.date().nullable().describe('the day from which no backup has any of it'),
  })
  .meta({ id: 'Erasure', examples: erasureExamples });
export type ErasureView = z.infer<typeof ErasureView>;

export const ExportView = z
  .object({
    exported_at: Instant,
    held: z
      .record(z.string(), z.unknown())
      .describe(
        'what each part of the server keeps of the account, beside content; secrets and their hashes are left out',
      ),
  })
  .meta({ id: 'AccountExport', examples: exportExamples });
export type ExportView = z.infer<typeof ExportView>;
