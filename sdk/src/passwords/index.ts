/*
 * The published entry `@daybook/sdk/passwords`: which passwords may be chosen, the same for the server (uce) and for
 * clients (e2e). It brings a list of 49,000 common passwords; import it where passwords are chosen, not everywhere.
 */
import { dictionary } from '@zxcvbn-ts/language-common';

/** Fewest characters (Unicode code points, after NFKC) of a password, in any script. */
export const passwordCharactersMin = 8;
/** Most bytes of a password (UTF-8, after NFKC). */
export const passwordBytesMax = 1024;

/** Why a password may not be chosen. */
export type PasswordFault = 'too-short' | 'too-long' | 'too-common' | 'own-address';

/** What to tell a person about each fault; never the password. */
export const passwordFaultDetails: Readonly<Record<PasswordFault, string>> = {
  'too-short': `has fewer than ${passwordCharactersMin} characters`,
  'too-long': `has more than ${passwordBytesMax} bytes`,
  'too-common': 'is among the passwords that are tried first: choose another',
  'own-address': 'is the address of the account, or a part of it: choose another',
};

let common: ReadonlySet<string> | undefined;

/**
 * Why a password may not be chosen; null when it may. There are no rules of composition (NIST SP 800-63B, section 3.1.1.2):
 * only length, a list of common passwords, and the account's own address.
 */
export function passwordFault(password: string, email: string): PasswordFault | null {
  const text = password.normalize('NFKC');
  if ([...text].length < passwordCharactersMin) return 'too-short';
  if (new TextEncoder().encode(text).length > passwordBytesMax) return 'too-long';
  const folded = text.toLowerCase();
  if (partsOf(email).includes(folded.trim())) return 'own-address';
  common ??= new Set(dictionary['passwords-common'].map(String));
  return common.has(folded) ? 'too-common' : null;
}

/** The address, what is before its @, and what is behind. */
function partsOf(email: string): string[] {
  const address = email.normalize('NFKC').toLowerCase();
  return [address, ...address.split('@')];
}
