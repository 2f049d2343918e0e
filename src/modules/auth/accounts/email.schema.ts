import { z } from 'zod';
import { Email } from '../auth.schema.js';
import { emailAskedExamples } from './answer-examples.js';

/** A password to prove who asks, in the form of the account's tier. */
export const GivenPassword = z.string().min(1).max(1_024).describe('the password; e2e: the authentication key');

export const EmailChange = z.strictObject({ email: Email, password: GivenPassword }).meta({ id: 'EmailChange' });
export type EmailChange = z.infer<typeof EmailChange>;

export const EmailCode = z
  .strictObject({ code: z.string().regex(/^\d{6}$/, 'must be the six digits of the mail') })
  .meta({ id: 'EmailCode' });
export type EmailCode = z.infer<typeof EmailCode>;

export const EmailChangeView = z
  .object({ email: z.string().describe('where the code goes; the address changes when it comes back') })
  .meta({ id: 'EmailChangeAsked', examples: emailAskedExamples });
