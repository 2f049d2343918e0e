import { exactly } from './bytes.js';
import { EnvelopeRefused } from './errors.js';
import { library } from './primitives.js';

/** Bytes that a chunk has beyond its plaintext: the encrypted tag of its place, and the authenticator. */
export const chunkOverheadBytes = 17;
/** Bytes of the header that a stream's subkey and nonces begin with. */
export const streamHeaderBytes = 24;
/** The tags that are used: of every chunk but the last, and of the last. */
export const ChunkTag = { message: 0, final: 3 } as const;
export type ChunkTag = (typeof ChunkTag)[keyof typeof ChunkTag];

const stateBytes = 52;

/** The part of the library that its types leave out, but that wiping a state needs. */
interface Memory {
  readonly HEAPU8: Uint8Array;
  _free(address: number): void;
}

/**
 * One secretstream (libsodium, `crypto_secretstream_xchacha20poly1305`), for sealing or for opening: chunk by chunk, in
 * order. It keeps its subkey in the library's own memory until `end` wipes it, so end it in any case.
 */
export class SecretStream {
  #state: number | undefined;

  /**
   * Both ends have the same state: `init_push` only draws the header too. Giving it here lets a stream be sealed once more
   * from its beginning, which is safe for the same plaintext, and for no other.
   * @param key 32 bytes
   * @param header 24 bytes, random for every stream
   */
  constructor(key: Uint8Array, header: Uint8Array) {
    exactly(32, key, 'a content key');
    exactly(streamHeaderBytes, header, 'a stream header');
    // An address in the library's memory, whatever its types say.
    this.#state = library().crypto_secretstream_xchacha20poly1305_init_pull(header, key) as unknown as number;
  }

  /** The next chunk, sealed: 17 bytes longer than its plaintext. */
  seal(plaintext: Uint8Array, associated: Uint8Array, tag: ChunkTag): Uint8Array {
    return library().crypto_secretstream_xchacha20poly1305_push(this.#open(), plaintext, associated, tag);
  }

  /**
   * The plaintext of the next chunk, when it is the next one and has this tag.
   * @throws EnvelopeRefused `length`, `authentication`, `chunk-tag`
   */
  open(sealed: Uint8Array, associated: Uint8Array, tag: ChunkTag): Uint8Array {
    if (sealed.length < chunkOverheadBytes) throw new EnvelopeRefused('length');
    const opened = library().crypto_secretstream_xchacha20poly1305_pull(this.#open(), sealed, associated);
    if (!opened) throw new EnvelopeRefused('authentication');
    if (opened.tag !== tag) throw new EnvelopeRefused('chunk-tag');
    return opened.message;
  }

  /** Wipes the subkey. Harmless when it was done before. */
  end(): void {
    if (this.#state === undefined) return;
    const { libsodium: memory } = library() as unknown as { readonly libsodium: Memory };
    memory.HEAPU8.fill(0, this.#state, this.#state + stateBytes);
    memory._free(this.#state);
    this.#state = undefined;
  }

  #open(): { name: string; address: number } {
    if (this.#state === undefined) throw new Error('the stream has ended');
    return this.#state as unknown as { name: string; address: number };
  }
}
