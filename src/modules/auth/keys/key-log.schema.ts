import { z } from 'zod';
import { bytes } from '../../../platform/http/wire.js';
import { addedExamples, keyLogExamples } from './examples.js';

const FRAME_BYTES = 88 + 64;
const REVOCATION_BYTES = FRAME_BYTES + 16;
export const IDENTITY_STATEMENT_BYTES = FRAME_BYTES + 66;

export const KeyStatementDraft = z
  .strictObject({
    statement: bytes(REVOCATION_BYTES, IDENTITY_STATEMENT_BYTES).describe(
      'a statement of type 2 (device) or 3 (revocation), signed by the account’s Ed25519 key: docs/crypto.md, Key log',
    ),
  })
  .meta({ id: 'KeyStatementDraft' });
export type KeyStatementDraft = z.infer<typeof KeyStatementDraft>;

export const KeyStatementView = z
  .object({ n: z.int().positive(), statement: z.base64url() })
  .meta({ id: 'KeyStatement', examples: addedExamples });
export type KeyStatementView = z.infer<typeof KeyStatementView>;

export const KeyLogView = z
  .object({ data: z.array(KeyStatementView), next_cursor: z.null() })
  .meta({ id: 'KeyLog', examples: keyLogExamples });
export type KeyLogView = z.infer<typeof KeyLogView>;
