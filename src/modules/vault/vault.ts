import {
  type BoxedEntry,
  boxEntry,
  checkBoxedContentKey,
  checkContentEnvelope,
  checkContentKeyWrap,
  type ContentKey,
  createContentKey,
  type EntryContent,
  labels,
  ObjectType,
  openBoxedEntry,
  openCard,
  openContent,
  openContentKey,
  openEntry,
  openTagName,
  publicKeyId,
  sealCard,
  sealContent,
  type SealedTagName,
  sealEntry,
  sealTagName,
  searchFingerprint,
  tagToken,
  type Tier,
  unwrapContentKey,
  wipe,
  wrapContentKey,
} from '@daybook/sdk/crypto';
import { type Language, masksFor, type PreparedQuery, signatureOf } from '@daybook/sdk/search';
import { Injectable } from '@nestjs/common';
import { Locked } from '../auth/auth.problems.js';
import type { Caller, E2eCaller, OpenCaller, UceCaller } from '../auth/caller.js';
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

/** To whom a box is closed: an X25519 key from the key log, 32 bytes. */
export interface Recipient {
  readonly userId: string;
  readonly tier: Tier;
  readonly publicKey: Uint8Array;
}

/** Both halves of an X25519 key, 32 bytes each. */
export interface KeyPair {
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

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

  /** Seals content to a user who is away, as the first version of an entry to come. It needs no key of theirs. */
  box({ userId, tier, publicKey }: Recipient, entryId: string, content: EntryContent): BoxedEntry {
    return boxEntry({ tier, userId, entryId, recipientPublicKey: publicKey, content });
  }

  /** What `box`, or a client, sealed to this user: brought by others, so that nothing of it is to be trusted. @throws EnvelopeRefused */
  unbox({ userId }: OpenCaller, recipient: KeyPair, entryId: string, { sealed, boxedKey }: BoxedEntry): EntryContent {
    return openBoxedEntry({ tier: 'uce', userId, entryId, recipient, sealed, boxedKey });
  }

  /** Looks at what was sealed to a user from outside. @throws InvalidRequest */
  acceptBoxed({ tier, publicKey }: Recipient, { sealed, boxedKey }: BoxedEntry): void {
    atGate('#/sealed', () => checkContentEnvelope(sealed, { tier }));
    atGate('#/boxed_key', () => checkBoxedContentKey(boxedKey, { tier, recipientKeyId: publicKeyId(publicKey) }));
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

  /** Wraps the key that a uce client sealed media under. */
  wrapMediaKey({ userId, master }: OpenCaller, mediaId: string, contentKey: ContentKey): Uint8Array {
    return wrapContentKey({ tier: 'uce', master, context: mediaOf(userId, mediaId), contentKey });
  }

  /** The key of media, for its owner. */
  openMediaKey({ userId, master }: OpenCaller, { id, wrappedKey }: { id: string; wrappedKey: Uint8Array }): ContentKey {
    return unwrapContentKey({ tier: 'uce', master, context: mediaOf(userId, id), wrapped: wrappedKey });
  }

  /** Looks at the wrapped key of an e2e client from outside. @throws InvalidRequest */
  acceptMediaKey({ masterKeyId }: E2eCaller, wrappedKey: Uint8Array): void {
    atGate('#/wrapped_key', () => checkContentKeyWrap(wrappedKey, { tier: 'e2e', masterKeyId }));
  }

  /** Looks at sealed metadata from outside: in both tiers the client seals it. @throws InvalidRequest */
  acceptMetadata({ tier }: Caller, sealed: Uint8Array): void {
    atGate('#/sealed_metadata', () => checkContentEnvelope(sealed, { tier }));
  }

  /** An entry's blurred words (docs/search.md, Signatures). */
  signature(caller: OpenCaller, stems: Iterable<string>, period: number): Uint8Array {
    return this.withSearchKey(caller, (key) => signatureOf(stems, key, period));
  }

  /** What entries of each period must have set to match: one of the masks. */
  masks(
    caller: OpenCaller,
    query: PreparedQuery,
    periods: Iterable<number>,
    languages: Iterable<Language>,
  ): Map<number, readonly Uint8Array[]> {
    return this.withSearchKey(caller, (key) => masksFor(query, key, periods, languages));
  }

  /** Tells one search from another, to nobody who has not the user's key. */
  searchFingerprint({ master }: OpenCaller, search: string): Uint8Array {
    return searchFingerprint(master, search);
  }

  /** Works with the user's search key, which is wiped afterwards and goes nowhere else. */
  private withSearchKey<T>({ master }: OpenCaller, work: (searchKey: Uint8Array) => T): T {
    const key = master.derive(labels.search);
    try {
      return work(key);
    } finally {
      wipe(key);
    }
  }

  /** Seals something that the server itself keeps for a user, under a content key of its own. */
  sealSettings({ userId, master }: OpenCaller, id: string, plaintext: Uint8Array): Sealed {
    const contentKey = createContentKey();
    const context = settingsContext(userId, id);
    try {
      const sealed = sealContent({ tier: 'uce', contentKey, context, plaintext });
      return { sealed, wrappedKey: wrapContentKey({ tier: 'uce', master, context, contentKey }) };
    } finally {
      wipe(contentKey.key);
    }
  }

  openSettings({ userId, master }: OpenCaller, id: string, { sealed, wrappedKey }: Sealed): Uint8Array {
    const context = settingsContext(userId, id);
    const contentKey = unwrapContentKey({ tier: 'uce', master, context, wrapped: wrappedKey });
    try {
      return openContent({ tier: 'uce', contentKey, context, sealed });
    } finally {
      wipe(contentKey.key);
    }
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

const mediaOf = (userId: string, objectId: string) => ({ userId, objectType: ObjectType.media, objectId });
const settingsContext = (userId: string, objectId: string) => ({
  userId,
  objectType: ObjectType.settings,
  objectId,
  version: 1,
});
