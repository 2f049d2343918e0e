import { openEnvelope, sealEnvelope, type Expected } from './envelope.js';
import { Kind, ObjectType, type Tier } from './registry.js';

/** Which secret it is and the server key that it is sealed under. */
export interface ServerSecretPlace {
  /** The tier of the user whom it is kept for. */
  readonly tier: Tier;
  readonly userId: string;
  /** A UUID: of the row that holds it. */
  readonly objectId: string;
  /** One version of the server key: 16-byte id, 32-byte key. */
  readonly serverKey: { readonly id: Uint8Array; readonly key: Uint8Array };
}

/**
 * Seals what jobs need without the user (kind 8): another service's token, text on its way out. Not padded.
 * @throws EnvelopeRefused `uuid`
 */
export function sealServerSecret({
  plaintext,
  ...place
}: ServerSecretPlace & { readonly plaintext: Uint8Array }): Uint8Array {
  return sealEnvelope({ ...expectedSecret(place), plaintext });
}

/** The plaintext of `sealServerSecret`. @throws EnvelopeRefused as `openEnvelope` */
export function openServerSecret({
  sealed,
  ...place
}: ServerSecretPlace & { readonly sealed: Uint8Array }): Uint8Array {
  return openEnvelope(expectedSecret(place), sealed);
}

function expectedSecret({ tier, userId, objectId, serverKey }: ServerSecretPlace): Expected {
  return {
    kind: Kind.serverSecret,
    tier,
    keyId: serverKey.id,
    key: serverKey.key,
    context: { userId, objectType: ObjectType.serverSecret, objectId },
  };
}
