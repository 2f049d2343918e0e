import { equalBytes, exactly, wipe } from './bytes.js';
import { hkdf, randomBytes } from './primitives.js';
import type { MasterKeyLabel } from './registry.js';

/**
 * The parent of everything that a user keeps, made once and never encrypting anything itself (docs/crypto.md, Keys). Its
 * bytes are in no property, and show in no log; `wipe` it as soon as the work is done.
 */
export class MasterKey {
  /** 16 bytes, not secret: names the key in headers and slots. */
  readonly id: Uint8Array;
  readonly #key: Uint8Array;
  readonly #derived = new Map<MasterKeyLabel, Uint8Array>();
  #isWiped = false;

  private constructor(id: Uint8Array, key: Uint8Array) {
    this.id = exactly(16, id, 'a master key id').slice();
    this.#key = exactly(32, key, 'a master key').slice();
  }

  /** A new random key with a new random id. */
  static create(): MasterKey {
    const key = randomBytes(32);
    const master = new MasterKey(randomBytes(16), key);
    wipe(key);
    return master;
  }

  /**
   * The key that a slot held; takes copies, the caller wipes its own.
   * @param id 16 bytes
   * @param key 32 bytes
   */
  static from(id: Uint8Array, key: Uint8Array): MasterKey {
    return new MasterKey(id, key);
  }

  /**
   * `HKDF(master, label)`, 32 bytes, as a copy that the caller may wipe.
   * @throws Error after `wipe`
   */
  derive(label: MasterKeyLabel): Uint8Array {
    this.#assertUsable();
    const derived = this.#derived.get(label) ?? hkdf(this.#key, label);
    this.#derived.set(label, derived);
    return derived.slice();
  }

  /**
   * The key itself, 32 bytes, as a copy to be wrapped in a slot and wiped by the caller.
   * @throws Error after `wipe`
   */
  exportKey(): Uint8Array {
    this.#assertUsable();
    return this.#key.slice();
  }

  /** Whether this is the key with that id. */
  hasId(id: Uint8Array): boolean {
    return equalBytes(this.id, id);
  }

  /** Overwrites the key and all that was derived from it; afterwards only the id is left. */
  wipe(): void {
    this.#isWiped = true;
    wipe(this.#key, ...this.#derived.values());
    this.#derived.clear();
  }

  /** `[MasterKey]`, in a template or a log line. */
  toString(): string {
    return '[MasterKey]';
  }

  /** `[MasterKey]`, in JSON. */
  toJSON(): string {
    return '[MasterKey]';
  }

  /** `[MasterKey]`, in Node's console and `util.inspect`. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[MasterKey]';
  }

  #assertUsable(): void {
    if (this.#isWiped) throw new Error('the master key was wiped');
  }
}
