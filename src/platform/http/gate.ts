import { EnvelopeRefused } from '@daybook/sdk/crypto';
import { invalidRequest } from './invalid-request.js';

/** Runs a check of what a client sealed; a refusal becomes a problem that says where, and by which rule. */
export function atGate<T>(pointer: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof EnvelopeRefused)) throw error;
    throw invalidRequest([{ pointer, detail: `${error.message} (rule ${error.rule})` }]);
  }
}
