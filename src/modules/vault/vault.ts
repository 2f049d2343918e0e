import {
  checkContentEnvelope,
  checkContentKeyWrap,
  type EntryContent,
  openCard,
  openContentKey,
  openEntry,
  openTagName,
  sealCard,
  sealEntry,
  type SealedTagName,
  sealTagName,
  tagToken,
  wipe,
} from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { Locked } from '../auth/auth.problems.js';
import type { Caller, E2eCaller, UceCaller } from '../auth/caller.js';
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

/** A caller of the uce tier whose request opened the master key. */
export type OpenCaller = UceCaller & { readonly master: NonNullable<UceCaller['master']> };

/** Seals and opens content, by what each tier may do: in e2e nothing, but to look at the outside of an envelope. */
@Injectable()
export class Vault {
  /** @throws Locked for a uce user whose request opened no key: whether there is an entry is then not said either */
  assertUnlocked(caller: Caller): void {
    if (caller.tier === 'uce') this.opened(caller);
  }

  /** @throws Locked where the session has no key */
  opened(caller: UceCaller): OpenCaller {
    const { master } = caller;
    if (!master) throw new Locked();
    return { ...caller, master };
  }

  /**
   * Seals one version of an entry.
   * @param wrappedKey of the version before, whose content key is used again; a new one where it is absent
   * @throws Locked where the session has no key
   */
  seal(caller: UceCaller, place: EntryVersion, content: EntryContent, wrappedKey?: Uint8Array): Sealed {
    const { userId, master } = this.opened(caller);
    const where = { tier: 'uce', master, userId, ...place } as const;
    if (!wrappedKey) return sealEntry({ ...where, content });
    const contentKey = openContentKey(where, wrappedKey);
    try {
      return { sealed: sealEntry({ ...where, content, contentKey }).sealed, wrappedKey };
    } finally {
      wipe(contentKey.key);
    }
  }

  /** @throws Locked where the session has no key */
  open(caller: UceCaller, place: EntryVersion, { sealed, wrappedKey }: Sealed): EntryContent {
    const { userId, master } = this.opened(caller);
    return openEntry({ tier: 'uce', master, userId, ...place, sealed, wrappedKey });
  }

  /** Looks at what an e2e client sealed, from outside (docs/crypto.md, The gate). @throws InvalidRequest */
  accept({ masterKeyId }: E2eCaller, { sealed, wrappedKey }: Sealed): void {
    atGate('#/sealed', () => checkContentEnvelope(sealed, { tier: 'e2e' }));
    atGate('#/wrapped_key', () => checkContentKeyWrap(wrappedKey, { tier: 'e2e', masterKeyId }));
  }

  /** Seals an index card beside the content of its entry. */
  sealCard(
    caller: OpenCaller,
    { entryId, version }: EntryVersion,
    wrappedKey: Uint8Array,
    card: Uint8Array,
  ): Uint8Array {
    const place = { tier: 'uce', master: caller.master, userId: caller.userId, entryId, version } as const;
    const contentKey = openContentKey(place, wrappedKey);
    try {
      return sealCard(place, contentKey, card);
    } finally {
      wipe(contentKey.key);
    }
  }

  openCard(caller: OpenCaller, { entryId, version }: EntryVersion, { sealed, wrappedKey }: Sealed): Uint8Array {
    const { userId, master } = caller;
    return openCard({ tier: 'uce', master, userId, entryId, version }, wrappedKey, sealed);
  }

  /** What stands for a tag in the database (docs/crypto.md, Private search). */
  tagToken({ master }: OpenCaller, name: string): Uint8Array {
    return tagToken(master, name);
  }

  sealTag({ userId, master }: OpenCaller, tagId: string, name: string): SealedTagName {
    return sealTagName({ tier: 'uce', master, userId, tagId }, name);
  }

  openTag({ userId, master }: OpenCaller, tagId: string, name: SealedTagName): string {
    return openTagName({ tier: 'uce', master, userId, tagId }, name);
  }
}
