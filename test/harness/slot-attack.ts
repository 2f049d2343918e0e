import { hash } from 'node:crypto';
import {
  type Expected,
  Kind,
  labels,
  MasterKey,
  ObjectType,
  openEntry,
  openEnvelope,
  openSlot,
  pepperPrefixes,
  slotField,
  utf8,
  uuidToBytes,
} from '@daybook/sdk/crypto';
import { type Dump, type EntryRow, type Pool, poolOf, type SlotRow } from './dump.js';

const KEY_ID = [8, 24] as const;
const NONCE = [24, 48] as const;
const COMMITMENT = [48, 80] as const;

const fieldOf = (kind: string) => slotField[(kind === 'api_key' ? 'apiKey' : kind) as keyof typeof slotField];
const labelOf: Record<string, string> = {
  password: labels.kek,
  recovery: labels.recoveryKek,
  refresh: labels.refresh,
  access: labels.access,
  grace: labels.grace,
  reset: labels.reset,
  api_key: labels.apiKey,
};

interface Opened {
  readonly slot: SlotRow;
  /** The master key's, in a grace slot too. */
  readonly id: Uint8Array;
  readonly key: Uint8Array;
}

/** Tries whatever could be a key on whatever is sealed in a dump; `secrets` are all those of the operator. */
export class SlotAttack {
  /** How many keys were tried on slots. */
  tries = 0;
  private readonly salts: readonly Hmac[];

  constructor(
    private readonly dump: Pick<Dump, 'slots' | 'entries'>,
    private readonly secrets: readonly Buffer[],
  ) {
    const users = new Set(dump.slots.map(({ user_id }) => user_id));
    const ofPasswords = secrets.flatMap((pepper) =>
      [...users].map((user) => new Hmac(pepper).of(Buffer.concat([utf8(pepperPrefixes.kek), uuidToBytes(user)]))),
    );
    this.salts = [new Uint8Array(), ...secrets, ...ofPasswords].map((salt) => new Hmac(salt));
  }

  /**
   * The kinds of the slots that `pool` opens, and `content` where an entry can be read, each as often as it was opened.
   * What a slot gives is tried again: a grace slot holds the secret of another.
   */
  open(pool: Pool): string[] {
    const opened: Opened[] = [];
    const content = new Set(this.readDirectly(pool));
    for (let next = pool; ;) {
      const left = this.dump.slots.filter((slot) => opened.every((known) => known.slot !== slot));
      const found = this.openOnce(next, left);
      if (found.length === 0) break;
      opened.push(...found);
      for (const entry of found.flatMap((slot) => this.entriesUnder(slot))) content.add(entry);
      next = poolOf(
        [],
        found.map(({ key }) => Buffer.from(key)),
      );
    }
    return [...opened.map(({ slot }) => slot.kind), ...[...content].map(() => 'content')].toSorted();
  }

  private openOnce({ fields, parts, windows }: Pool, slots: readonly SlotRow[]): Opened[] {
    const joined = this.joined(fields);
    const derived = fields.flatMap((field) => this.derive(field, Object.values(labels)));
    const direct = [...fields, ...parts, ...windows, ...joined, ...this.hashed(fields), ...derived].filter(isKey);
    const ofKind = new Map(
      Object.entries(labelOf).map(([kind, label]) => [
        kind,
        [...parts, ...joined].flatMap((secret) => this.derive(secret, [label])),
      ]),
    );
    return slots.flatMap((slot) => {
      const opens = openerOf(slot);
      const keys = [...direct, ...(ofKind.get(slot.kind) ?? [])];
      this.tries += keys.length;
      const key = keys.find((candidate) => opens(candidate));
      return key ? [{ slot, ...openSlot(placeOf(slot, key)) }] : [];
    });
  }

  /** User id and another id, as tokens have them side by side. */
  private joined(fields: readonly Buffer[]): Buffer[] {
    const users = new Set(this.dump.slots.map(({ user_id }) => user_id));
    const ids = fields.filter(({ length }) => length === 16);
    return [...users].flatMap((user) => ids.map((id) => Buffer.concat([uuidToBytes(user), id])));
  }

  /** What the server makes of values without HKDF: hashes, and codes under its own secrets. */
  private hashed(fields: readonly Buffer[]): Uint8Array[] {
    const peppers = this.secrets.map((secret) => new Hmac(secret));
    const prefixes = ['', ...Object.values(pepperPrefixes)].map(utf8);
    return fields.flatMap((field) => [
      sha256(field),
      ...peppers.flatMap((pepper) => prefixes.map((prefix) => pepper.of(Buffer.concat([prefix, field])))),
    ]);
  }

  /** HKDF without a salt, and with every secret of the operator as one, as it is and as it is for a password. */
  private derive(secret: Uint8Array, infos: readonly string[]): Uint8Array[] {
    return this.salts.flatMap((salt) => {
      const pseudorandomKey = new Hmac(salt.of(secret));
      return infos.map((info) => pseudorandomKey.of(Buffer.concat([utf8(info), Buffer.of(1)])));
    });
  }

  /** The entries that a key opens by itself: as the key that wraps content keys, or as a content key. */
  private readDirectly({ fields, parts, windows }: Pool): EntryRow[] {
    const derived = fields.filter(isKey).flatMap((field) => this.derive(field, [labels.wrap]));
    const keys = [...fields, ...parts, ...windows, ...derived].filter(isKey);
    return this.dump.entries.filter(({ user_id: userId, id, tier, sealed, wrapped_key: wrapped }) => {
      const entry = { userId, objectType: ObjectType.entry, objectId: id };
      const opens = (kind: Expected['kind'], bytes: Buffer, context: Expected['context'], key: Uint8Array) =>
        isDone(() => openEnvelope({ kind, tier, keyId: bytes.subarray(...KEY_ID), key, context }, bytes));
      return keys.some(
        (key) =>
          opens(Kind.contentKeyWrap, wrapped, entry, key) || opens(Kind.content, sealed, { ...entry, version: 1 }, key),
      );
    });
  }

  private entriesUnder({ slot: { user_id: userId, kind, tier }, id, key }: Opened): EntryRow[] {
    if (kind === 'grace') return [];
    const master = MasterKey.from(id, key);
    return this.dump.entries.filter(
      ({ user_id, id: entryId, sealed, wrapped_key: wrappedKey }) =>
        user_id === userId &&
        isDone(() => openEntry({ tier, master, userId, entryId, version: 1, sealed, wrappedKey })),
    );
  }
}

function isDone(open: () => unknown): boolean {
  try {
    open();
    return true;
  } catch {
    return false;
  }
}

const isKey = ({ length }: Uint8Array) => length === 32;

function placeOf({ user_id: userId, id: slotId, kind, tier, kdf_m_kib, kdf_t, wrapped }: SlotRow, key: Uint8Array) {
  const kdf = kdf_m_kib !== null && kdf_t !== null && ({ alg: 'argon2id', mKib: kdf_m_kib, t: kdf_t, p: 1 } as const);
  return { userId, slotId, tier, field: fieldOf(kind), key, wrapped, ...(kdf && { kdf }) };
}

/**
 * Whether a key is the slot's, by the commitment in its envelope (docs/crypto.md, The envelope): what `openSlot` compares
 * first, without all that it does besides.
 */
function openerOf({ wrapped }: SlotRow): (key: Uint8Array) => boolean {
  const [extract, expand] = [new Hmac(wrapped.subarray(...NONCE)), new Hmac(new Uint8Array())];
  const info = Buffer.concat([utf8(labels.commit), Buffer.of(1)]);
  const commitment = wrapped.subarray(...COMMITMENT);
  return (key) => {
    expand.rekey(extract.of(key));
    return commitment.equals(expand.of(info));
  };
}

const sha256 = (bytes: Uint8Array): Buffer => hash('sha256', bytes, 'buffer');

/** HMAC-SHA-256 (RFC 2104) for keys of up to 64 bytes and short texts: many times as quick as making an object for each. */
class Hmac {
  private readonly inner = Buffer.alloc(64 + 128);
  private readonly outer = Buffer.alloc(64 + 32);

  constructor(key: Uint8Array) {
    this.rekey(key);
  }

  rekey(key: Uint8Array): void {
    for (let at = 0; at < 64; at++) {
      this.inner[at] = (key[at] ?? 0) ^ 0x36;
      this.outer[at] = (key[at] ?? 0) ^ 0x5c;
    }
  }

  of(text: Uint8Array): Buffer {
    this.inner.set(text, 64);
    this.outer.set(sha256(this.inner.subarray(0, 64 + text.length)), 64);
    return sha256(this.outer);
  }
}
