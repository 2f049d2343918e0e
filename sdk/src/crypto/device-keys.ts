import { randomBytes, x25519PublicKey } from './primitives.js';

/** A device's own X25519 pair, 32 bytes each: what another device can seal the master key to. */
export interface DeviceKeys {
  readonly publicKey: Uint8Array;
  /** Never leaves the device. */
  readonly privateKey: Uint8Array;
}

/** A new random pair. Await `ready()` before. */
export function createDeviceKeys(): DeviceKeys {
  const privateKey = randomBytes(32);
  return { publicKey: x25519PublicKey(privateKey), privateKey };
}
