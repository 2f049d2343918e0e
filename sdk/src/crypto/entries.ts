import { utf8, wipe } from './bytes.js';
import { openContent, sealContent } from './content.js';
import { createContentKey, unwrapContentKey, wrapContentKey, type ContentKey } from './content-keys.js';
import type { Context } from './context.js';
import { EnvelopeRefused } from './errors.js';
import type { MasterKey } from './master-key.js';
import { ObjectType, type Tier } from './registry.js';

/** What an entry says (docs/crypto.md, The envelope: Plaintexts). Fields that a client does not know it keeps. */
export interface EntryContent {
  readonly v: 1;
  readonly title?: string;
  readonly content: string;
  readonly mood?: string;
  readonly tags?: readonly string[];
  readonly location?: unknown;
  /** BCP 47, where the writer has said it; search guesses it otherwise. */
  readonly language?: string;
  /** Structured, by the schema of the entry's kind. */
  readonly data?: unknown;
  readonly [unknownField: string]: unknown;
}

/** Which version of which entry it is. */
export interface EntryPlace {
  readonly tier: Tier;
  readonly master: MasterKey;
  readonly userId: string;
  readonly entryId: string;
  /** 1 for the first. */
  readonly version: number;
  /** `envelopeHash` of the version before (`prev_envelope_hash` of the next write); absent for version 1. */
  readonly previousHash?: Uint8Array;
}

/** A sealed entry: the content envelope (kind 1), its key wrapped beside it (kind 2), and that key's id. */
export interface SealedEntry {
  readonly sealed: Uint8Array;
  readonly wrappedKey: Uint8Array;
  readonly contentKeyId: Uint8Array;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Seals one version of an entry.
 * @param input `contentKey`: a new one unless given; the caller wipes its own
 * @throws EnvelopeRefused `uuid`; RangeError for a version without the hash of the one before
 */
export function sealEntry(
  input: EntryPlace & { readonly content: EntryContent; readonly contentKey?: ContentKey },
): SealedEntry {
  const { tier, master, content } = input;
  const contentKey = input.contentKey ?? createContentKey();
  const context = contextOf(input);
  const plaintext = encodeEntryContent(content);
  const sealed = sealContent({ tier, contentKey, context, plaintext });
  const wrappedKey = wrapContentKey({ tier, master, context, contentKey });
  wipe(plaintext);
  if (!input.contentKey) wipe(contentKey.key);
  return { sealed, wrappedKey, contentKeyId: contentKey.id };
}

/**
 * The content of one version of an entry, when it is exactly the version that is expected.
 * @throws EnvelopeRefused as `openContent` and `unwrapContentKey`, and `entry-content`
 */
export function openEntry(
  input: EntryPlace & { readonly sealed: Uint8Array; readonly wrappedKey: Uint8Array },
): EntryContent {
  const { tier, master, sealed, wrappedKey } = input;
  const context = contextOf(input);
  const contentKey = unwrapContentKey({ tier, master, context, wrapped: wrappedKey });
  try {
    const plaintext = openContent({ tier, contentKey, context, sealed });
    const content = decodeEntryContent(plaintext);
    wipe(plaintext);
    return content;
  } finally {
    wipe(contentKey.key);
  }
}

/** The UTF-8 JSON of an entry's content: the plaintext of its envelope, before padding. */
export function encodeEntryContent(content: EntryContent): Uint8Array {
  return utf8(JSON.stringify(content));
}

/**
 * The content of an entry from its plaintext.
 * @throws EnvelopeRefused `entry-content` for ill-formed UTF-8, a byte order mark, anything but a JSON object, another
 *   `v` than 1, or a known field of another type
 */
export function decodeEntryContent(plaintext: Uint8Array): EntryContent {
  const value = parsed(plaintext);
  if (!isEntryContent(value)) throw new EnvelopeRefused('entry-content');
  return value;
}

function parsed(plaintext: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(plaintext));
  } catch {
    // The parser's own message quotes what it could not read.
    throw new EnvelopeRefused('entry-content');
  }
}

function isEntryContent(value: unknown): value is EntryContent {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { v, title, content, mood, tags, language }: Partial<Record<keyof EntryContent, unknown>> = value;
  return (
    v === 1 &&
    typeof content === 'string' &&
    isTextOrAbsent(title) &&
    isTextOrAbsent(mood) &&
    isTextOrAbsent(language) &&
    isTags(tags)
  );
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function isTags(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.every((tag) => typeof tag === 'string'));
}

function contextOf({ userId, entryId, version, previousHash }: EntryPlace): Context {
  const context = { userId, objectType: ObjectType.entry, objectId: entryId, version };
  return previousHash ? { ...context, previousHash } : context;
}
