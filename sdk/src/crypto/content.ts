import { wipe } from './bytes.js';
import type { Context } from './context.js';
import type { ContentKey } from './content-keys.js';
import { openEnvelope, overheadBytes, parseExpectedHeader, sealEnvelope } from './envelope.js';
import { refuseUnless } from './errors.js';
import { isPaddedLength, pad, unpad } from './padding.js';
import { Kind, type Tier } from './registry.js';

/** What content is expected to be, when it is sealed and when it is opened. */
export interface ContentPlace {
  readonly tier: Tier;
  readonly contentKey: ContentKey;
  /** With `version`, and from version 2 on with `previousHash`. */
  readonly context: Context;
}

/**
 * Seals content (kind 1), padded (docs/crypto.md, The envelope).
 * @throws RangeError for a context without version, or a later version without previous hash; EnvelopeRefused `uuid`
 */
export function sealContent(input: ContentPlace & { readonly plaintext: Uint8Array }): Uint8Array {
  const { tier, contentKey, context, plaintext } = input;
  const padded = pad(plaintext);
  const sealed = sealEnvelope({
    kind: Kind.content,
    tier,
    keyId: contentKey.id,
    key: contentKey.key,
    context,
    plaintext: padded,
  });
  wipe(padded);
  return sealed;
}

/**
 * The plaintext of `sealContent`, when it is sealed under this key for this context and padded in the one legal way.
 * @throws EnvelopeRefused as `openEnvelope`, and `length`, `padding`
 */
export function openContent(input: ContentPlace & { readonly sealed: Uint8Array }): Uint8Array {
  const { tier, contentKey, context, sealed } = input;
  parseExpectedHeader(sealed, Kind.content, tier, contentKey.id);
  refuseUnless(isPaddedLength(sealed.length - overheadBytes(Kind.content)), 'length');
  const padded = openEnvelope({ kind: Kind.content, tier, keyId: contentKey.id, key: contentKey.key, context }, sealed);
  const plaintext = unpad(padded);
  wipe(padded);
  return plaintext;
}
