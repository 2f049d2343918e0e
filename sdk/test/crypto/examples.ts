import { EnvelopeRefused } from '../../src/crypto/index.js';

/** What `open` answers, or undefined when it refuses or throws. */
export function opened<T>(open: () => T): T | undefined {
  try {
    return open();
  } catch {
    return undefined;
  }
}

/** The rule by which `act` is refused; any other error is thrown on, and no error is `'accepted'`. */
export function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof EnvelopeRefused) return error.rule;
    throw error;
  }
  return 'accepted';
}

/** The bytes of a text in hexadecimal. */
export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
