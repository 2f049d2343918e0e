import { utf8 } from './bytes.js';
import { EnvelopeRefused } from './errors.js';
import { hkdf, randomBytes } from './primitives.js';
import { labels } from './registry.js';

const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const checkDigits = `${digits}*~$=U`;
const codeShape = /^[0-9A-HJKMNP-TV-Z]{26}$/;
const typedShape = /^[0-9A-Za-z*~$=\s-]*$/;
const codeLength = 26;
const groupLength = 4;

/**
 * A new recovery code of 130 bits as it is shown: 26 characters of Crockford's base32 and a check character, in groups
 * of four, e.g. `7ZQ4-…` (docs/crypto.md, Keys: Recovery). Shown once, never stored.
 */
export function createRecoveryCode(): string {
  // 256 is a multiple of 32: the remainder is as uniform as the byte.
  return displayRecoveryCode(Array.from(randomBytes(codeLength), (byte) => digits.charAt(byte % 32)).join(''));
}

/**
 * A canonical code as it is shown: its check character appended, in groups of four joined by hyphens.
 * @throws EnvelopeRefused `recovery-code` for anything but 26 upper-case Crockford characters
 */
export function displayRecoveryCode(code: string): string {
  const withCheck = assertCanonical(code) + checkCharacter(code);
  return (withCheck.match(new RegExp(`.{1,${String(groupLength)}}`, 'g')) ?? []).join('-');
}

/**
 * The canonical 26 characters of a code as somebody typed it: in any case, I and L for 1, O for 0, hyphens and white
 * space anywhere. The check character is compulsory and finds every single wrong character and every swapped pair.
 * @throws EnvelopeRefused `recovery-code`
 */
export function parseRecoveryCode(text: string): string {
  // Before anything is turned to upper case: "ı" and "ſ" would become letters of the alphabet.
  if (!typedShape.test(text)) throw new EnvelopeRefused('recovery-code');
  const typed = text.replaceAll(/[\s-]/g, '').toUpperCase().replaceAll(/[IL]/g, '1').replaceAll('O', '0');
  const code = assertCanonical(typed.slice(0, codeLength));
  if (typed.slice(codeLength) !== checkCharacter(code)) throw new EnvelopeRefused('recovery-code');
  return code;
}

/**
 * What proves that a code is known, 32 bytes: `HKDF(code, recovery-auth)`. The server keeps its SHA-256.
 * @param code as `parseRecoveryCode` answers it
 * @throws EnvelopeRefused `recovery-code`
 */
export function recoveryVerifier(code: string): Uint8Array {
  return hkdf(utf8(assertCanonical(code)), labels.recoveryAuth);
}

/**
 * The key of a code's slot, 32 bytes: `HKDF(code, recovery-kek)`.
 * @param code as `parseRecoveryCode` answers it
 * @throws EnvelopeRefused `recovery-code`
 */
export function recoveryKek(code: string): Uint8Array {
  return hkdf(utf8(assertCanonical(code)), labels.recoveryKek);
}

/** The code's value modulo 37 (Crockford, "Base 32": check symbols). */
function checkCharacter(code: string): string {
  let remainder = 0;
  for (const digit of code) remainder = (remainder * 32 + digits.indexOf(digit)) % 37;
  return checkDigits.charAt(remainder);
}

function assertCanonical(code: string): string {
  if (!codeShape.test(code)) throw new EnvelopeRefused('recovery-code');
  return code;
}
