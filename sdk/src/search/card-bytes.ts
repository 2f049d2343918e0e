import { CardRefused } from './card-refused.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Writes the parts of a card one after the other. */
export class CardWriter {
  private room = new Uint8Array(1024);
  private length = 0;

  byte(value: number): void {
    this.reserve(1);
    this.room[this.length++] = value;
  }

  /** An unsigned number up to 2^32 - 1, seven bits a byte, lowest first (LEB128). */
  number(value: number): void {
    this.reserve(5);
    let rest = value;
    while (rest > 0x7f) {
      this.room[this.length++] = (rest & 0x7f) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.room[this.length++] = rest;
  }

  string(text: string): void {
    const utf8 = encoder.encode(text);
    this.number(utf8.length);
    this.reserve(utf8.length);
    this.room.set(utf8, this.length);
    this.length += utf8.length;
  }

  strings(texts: readonly string[]): void {
    this.number(texts.length);
    for (const text of texts) this.string(text);
  }

  bytes(): Uint8Array {
    return this.room.slice(0, this.length);
  }

  private reserve(more: number): void {
    if (this.length + more <= this.room.length) return;
    const larger = new Uint8Array(Math.max(2 * this.room.length, this.length + more));
    larger.set(this.room);
    this.room = larger;
  }
}

/** Reads what `CardWriter` wrote; everything throws CardRefused rather than read past the end. */
export class CardReader {
  private readonly source: Uint8Array;
  private at: number;

  constructor(source: Uint8Array, at: number) {
    this.source = source;
    this.at = at;
  }

  get isAtEnd(): boolean {
    return this.at === this.source.length;
  }

  byte(): number {
    const value = this.source[this.at++];
    if (value === undefined) throw new CardRefused('length');
    return value;
  }

  number(): number {
    let value = this.byte();
    if (value < 0x80) return value;
    value &= 0x7f;
    for (let scale = 128; scale <= 2 ** 28; scale *= 128) {
      const next = this.byte();
      value += (next & 0x7f) * scale;
      if (next >= 0x80) continue;
      if (value > 0xffff_ffff) break;
      return value;
    }
    throw new CardRefused('length');
  }

  /** A number of things that take at least one byte each of what is left. */
  count(): number {
    const count = this.number();
    if (count > this.source.length - this.at) throw new CardRefused('length');
    return count;
  }

  string(): string {
    const length = this.count();
    const utf8 = this.source.subarray(this.at, this.at + length);
    this.at += length;
    try {
      return decoder.decode(utf8);
    } catch {
      throw new CardRefused('text');
    }
  }

  strings(): string[] {
    return Array.from({ length: this.count() }, () => this.string());
  }
}
