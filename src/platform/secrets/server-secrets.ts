import { openServerSecret, sealServerSecret, sha256, type Tier, utf8 } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import type { UserId } from '../ids.js';
import { type Keyring, type NamedKey, Secrets } from './keyring.js';

/** Whose secret it is, and the id of the row that holds it. */
export interface SecretPlace {
  readonly tier: Tier;
  readonly userId: UserId;
  readonly objectId: string;
}

/** A sealed secret as it is stored, with the name of the key that opens it. */
export interface SealedSecret {
  readonly sealed: Uint8Array;
  readonly serverKeyId: string;
}

const KEY_ID_BYTES = 16;

/** Texts that jobs need while their user is away, sealed under the operator's newest server key (docs/crypto.md). */
@Injectable()
export class ServerSecrets {
  constructor(private readonly secrets: Secrets) {}

  seal(place: SecretPlace, text: string): SealedSecret {
    const { current } = this.keyring;
    const sealed = sealServerSecret({ ...place, serverKey: serverKeyOf(current), plaintext: utf8(text) });
    return { sealed, serverKeyId: current.id };
  }

  /** @throws EnvelopeRefused for what is not the secret of this place */
  open(place: SecretPlace, { sealed, serverKeyId }: SealedSecret): string {
    const serverKey = serverKeyOf(this.keyring.get(serverKeyId));
    return Buffer.from(openServerSecret({ ...place, serverKey, sealed })).toString('utf8');
  }

  /** Whether it should be sealed anew, because the key was replaced. */
  isOld({ serverKeyId }: Pick<SealedSecret, 'serverKeyId'>): boolean {
    return serverKeyId !== this.keyring.current.id;
  }

  private get keyring(): Keyring {
    const { serverKeys } = this.secrets;
    if (!serverKeys) throw new Error('SERVER_KEYS is not configured, and something is to be sealed under it');
    return serverKeys;
  }
}

/** The 16-byte id that the envelope names the key by. */
const serverKeyOf = ({ id, key }: NamedKey) => ({ id: sha256(utf8(id)).subarray(0, KEY_ID_BYTES), key });
