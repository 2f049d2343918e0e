/** Every rule by which bytes, parameters or codes are refused, with the sentence that says so. */
const sentences = {
  magic: 'The envelope does not begin with "DB"',
  format: 'The envelope has a format that this version does not know',
  kind: 'The envelope is of another kind than expected',
  suite: 'The suite is unknown, reserved, or not the one of this kind',
  tier: 'The tier is unknown or another than expected',
  'reserved-bytes': 'The reserved bytes of the header are not zero',
  nonce: 'The nonce of a sealed box is not zero',
  'key-id': 'The key id is another than expected',
  length: 'The length is not possible for this kind',
  padding: 'The padding is not the one that the length asks for',
  commitment: 'The key is not the one that the envelope was sealed with',
  authentication: 'The envelope was not sealed with this key for this context, or was changed',
  'chunk-tag': 'The stream ends before its last chunk, or goes on after it',
  'entry-content': 'The content is not a JSON object of the expected form in UTF-8',
  kdf: 'The key derivation parameters are outside of what is allowed',
  password: 'The password is empty, longer than 1,024 bytes, or not well-formed Unicode',
  'recovery-code': 'The recovery code is not complete or was mistyped',
  base64url: 'The text is not base64url without padding in its one spelling',
  uuid: 'The text is not a UUID',
  'public-key': 'The public key is not canonical, of low order, or not the one of the private key',
  'statement-format': 'The statement is not of a known form',
  'statement-type': 'The statement is of a type that this version does not know',
  'statement-user': 'The statement belongs to another user',
  'statement-order': 'The statements are not numbered one after the other',
  'statement-previous': 'The statement does not follow the one before it',
  'statement-signer': 'The statement is signed by another key than the one that may sign it',
  'statement-signature': 'The signature of the statement is not valid',
  'statement-device': 'The statement adds a device that the log had before, or revokes one that it does not have',
  'statement-pin': 'The key log does not contain the statement that was kept',
} as const;

/** The name of the rule that refused something; part of the published format, so that clients can tell. */
export type Rule = keyof typeof sentences;

/** All names that `EnvelopeRefused.rule` can have. */
export const rules: readonly Rule[] = Object.keys(sentences) as Rule[];

/**
 * Bytes, parameters or a code from outside were refused. The message is a fixed sentence per rule, so that neither key
 * nor content can reach a log through it. A caller's own mistake (a key of 31 bytes) is a `RangeError` instead.
 */
export class EnvelopeRefused extends Error {
  override readonly name = 'EnvelopeRefused';
  readonly rule: Rule;

  /** @param rule which rule refused, e.g. `'padding'` */
  constructor(rule: Rule) {
    super(sentences[rule]);
    this.rule = rule;
  }
}

/** Refuses by `rule` unless `isTrue`. @throws EnvelopeRefused */
export function refuseUnless(isTrue: boolean, rule: Rule): void {
  if (!isTrue) throw new EnvelopeRefused(rule);
}
