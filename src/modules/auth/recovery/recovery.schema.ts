import { z } from 'zod';
import { Email, RecoveryCode, SlotId } from '../auth.schema.js';
import { UserId } from '../../../platform/ids.js';
import { codeAcceptedExamples, newCodesExamples } from './examples.js';

export const CodeCheck = z
  .strictObject({
    email: Email,
    code: z
      .string()
      .min(1)
      .max(100)
      .describe('uce: the code as it was shown; e2e: the verifier derived from it, base64url of 32 bytes'),
  })
  .meta({ id: 'RecoveryCodeCheck' });
export type CodeCheck = z.infer<typeof CodeCheck>;

export const CodeCheckView = z
  .object({
    recovery_token: z.string().describe('resets the password once, within 15 minutes'),
    user_id: UserId.optional().describe('e2e: bound into the wrapped key'),
    slot_id: SlotId.optional().describe('e2e: the slot that the code opens'),
    wrapped_master_key: z.base64url().optional().describe('e2e: the master key under the code'),
  })
  .meta({ id: 'RecoveryCodeAccepted', examples: codeAcceptedExamples });
export type CodeCheckView = z.infer<typeof CodeCheckView>;

export const NewCodes = z
  .strictObject({ recovery: z.array(RecoveryCode).length(10).optional().describe('e2e: made by the client') })
  .meta({ id: 'NewRecoveryCodes' });
export type NewCodes = z.infer<typeof NewCodes>;

export const NewCodesView = z
  .object({ recovery_codes: z.array(z.string()).optional().describe('uce: shown this once') })
  .meta({ id: 'RecoveryCodes', examples: newCodesExamples });
export type NewCodesView = z.infer<typeof NewCodesView>;
