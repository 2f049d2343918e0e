import {
  checkContentEnvelope,
  checkContentKeyWrap,
  type EntryContent,
  openEntry,
  sealEntry,
} from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { Locked } from '../auth/auth.problems.js';
import type { E2eCaller, UceCaller } from '../auth/caller.js';
import { atGate } from '../../platform/http/gate.js';

/** The version of the entry that an envelope must be of. */
export interface EntryVersion {
  readonly entryId: string;
  readonly version: number;
  /** Of the version before; absent for version 1. */
  readonly previousHash?: Uint8Array;
}

/** Ciphertext as it is stored: the content, and its key under the master key. */
export interface Sealed {
  readonly sealed: Uint8Array;
  readonly wrappedKey: Uint8Array;
}

/** Seals and opens content, by what each tier may do: in e2e nothing, but to look at the outside of an envelope. */
@Injectable()
export class Vault {
  /** @throws Locked for a uce user whose request opened no key: whether there is an entry is then not said either */
  assertUnlocked(caller: UceCaller | E2eCaller): void {
    if (caller.tier === 'uce' && !caller.master) throw new Locked();
  }

  /** @throws Locked where the session has no key */
  seal({ userId, master }: UceCaller, place: EntryVersion, content: EntryContent): Sealed {
    if (!master) throw new Locked();
    return sealEntry({ tier: 'uce', master, userId, ...place, content });
  }

  /** @throws Locked where the session has no key */
  open({ userId, master }: UceCaller, place: EntryVersion, sealed: Sealed): EntryContent {
    if (!master) throw new Locked();
    return openEntry({ tier: 'uce', master, userId, ...place, ...sealed });
  }

  /** Looks at what an e2e client sealed, from outside (docs/crypto.md, The gate). @throws InvalidRequest */
  accept({ masterKeyId }: E2eCaller, { sealed, wrappedKey }: Sealed): void {
    atGate('#/sealed', () => checkContentEnvelope(sealed, { tier: 'e2e' }));
    atGate('#/wrapped_key', () => checkContentKeyWrap(wrappedKey, { tier: 'e2e', masterKeyId }));
  }
}
