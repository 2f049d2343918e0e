/** What all vector files are made with: bytes that look random and never change, and refusals that are checked. */

/** Library and its low-level counterpart, as the makers get them. */
export class Making {
  /**
   * @param crypto the package's own exports
   * @param sodium libsodium, for what the package leaves to chance
   */
  constructor(crypto, sodium) {
    this.crypto = crypto;
    this.sodium = sodium;
  }

  /** `n` fixed bytes named by `what`: SHA-256 of the name and a counter, cut. */
  bytes(what, n) {
    const { sha256, utf8, u32, concatBytes } = this.crypto;
    const blocks = Array.from({ length: Math.ceil(n / 32) }, (_, i) => sha256(utf8(`vector ${what}`), u32(i)));
    return concatBytes(...blocks).slice(0, n);
  }

  /** The same, base64url. */
  text(what, n) {
    return this.b64(this.bytes(what, n));
  }

  b64(bytes) {
    return this.crypto.toBase64url(bytes);
  }

  raw(text) {
    return this.crypto.fromBase64url(text);
  }

  /** A fixed UUIDv7 named by `what`. */
  id(what) {
    const bytes = this.bytes(`id ${what}`, 16);
    bytes.set([0x01, 0x9a, 0x00, 0x00]);
    bytes[6] = 0x70 | (bytes[6] & 0x0f);
    bytes[8] = 0x80 | (bytes[8] & 0x3f);
    return this.crypto.bytesToUuid(bytes);
  }

  /**
   * What `act` answers while the platform's random generator gives fixed bytes named by `what`: the package has no
   * switch for that, and should have none.
   */
  async withFixedRandom(what, act) {
    let drawn = 0;
    const fill = (array) => {
      array.set(this.bytes(`${what} ${String(drawn++)}`, array.length));
      return array;
    };
    Object.defineProperty(globalThis.crypto, 'getRandomValues', { configurable: true, value: fill });
    try {
      return await act();
    } finally {
      delete globalThis.crypto.getRandomValues;
    }
  }

  /** One negative: `act` has to be refused by `rule`, or nothing is written. */
  async refused(name, input, rule, act) {
    let by = 'accepted';
    try {
      await act();
    } catch (error) {
      if (!(error instanceof this.crypto.EnvelopeRefused)) throw error;
      by = error.rule;
    }
    if (by !== rule) throw new Error(`${name}: refused by ${by}, not by ${rule}`);
    return { name, in: input, rule };
  }

  /** Throws unless `bytes` are what `expected` says: a vector is opened before it is written. */
  same(name, bytes, expected) {
    if (!this.crypto.equalBytes(bytes, expected)) throw new Error(`${name}: does not open to what was sealed`);
  }
}
