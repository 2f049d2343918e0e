import { open } from './opening.mjs';

/** Everything by which an envelope of `kind` is refused: bytes that were changed, and expectations that differ. */
export async function refusalsOf(making, kind, { in: input, out }) {
  const envelope = making.raw(out.envelope);
  const { Kind } = making.crypto;
  const isSlot = kind === Kind.passwordSlot || kind === Kind.otherSlot;
  const changes = [
    ...changedBytes(envelope, isSlot, kind !== Kind.serverSecret),
    ...changedExpectations(making, kind, input),
  ];
  return Promise.all(
    changes.map(([name, rule, changed, bytes = envelope]) => {
      const { plaintext: _, nonce: __, ...expectation } = { ...input, ...changed };
      const asked = { ...expectation, envelope: making.b64(bytes) };
      return making.refused(name, asked, rule, () => open(making, kind, asked, bytes));
    }),
  );
}

function changedBytes(envelope, isSlot, hasFixedLength) {
  const flip = (at) => envelope.with(at, envelope[at] ^ 1);
  const last = envelope.length - 1;
  return [
    ['another magic', 'magic', {}, flip(0)],
    ['another format', 'format', {}, envelope.with(2, 2)],
    ['an unknown kind', 'kind', {}, envelope.with(3, 9)],
    ['another kind', 'kind', {}, envelope.with(3, envelope[3] === 8 ? 7 : 8)],
    ['the reserved suite', 'suite', {}, envelope.with(4, 0x12)],
    ['the suite of boxes', 'suite', {}, envelope.with(4, 2)],
    ['an unknown tier', 'tier', {}, envelope.with(5, 2)],
    ['the other tier in the header', 'tier', {}, flip(5)],
    ['a reserved byte', 'reserved-bytes', {}, flip(7)],
    ['another key id in the header', 'key-id', {}, flip(8)],
    ['another nonce', isSlot ? 'commitment' : 'authentication', {}, flip(24)],
    ['another tag', 'authentication', {}, flip(last)],
    ['another ciphertext', 'authentication', {}, flip(last - 16)],
    ...(isSlot ? [['another commitment', 'commitment', {}, flip(48)]] : []),
    ['a byte less', hasFixedLength ? 'length' : 'authentication', {}, envelope.slice(0, last)],
    ['nothing but a header', 'length', {}, envelope.slice(0, 48)],
    ['less than a header', 'length', {}, envelope.slice(0, 47)],
  ];
}

function changedExpectations(making, kind, input) {
  const { Kind } = making.crypto;
  const isSlot = kind === Kind.passwordSlot || kind === Kind.otherSlot;
  const isIdentity = kind === Kind.identityKey;
  const other = making.id('other');
  const otherKey = making.text('other key', 32);
  const otherId = { key_id: making.text('other key id', 16) };
  const context = (change) => ({ context: { ...input.context, ...change } });
  const kdf = (change) => context({ kdf: { ...input.context.kdf, ...change } });
  const wrongKey = input.master_key ? { key: otherKey, master_key: otherKey } : { key: otherKey };
  const anyKind = [
    ['expected in the other tier', 'tier', { tier: input.tier === 'e2e' ? 'uce' : 'e2e' }],
    ['expected under another key', isSlot ? 'commitment' : 'authentication', wrongKey],
    ['of another user', 'authentication', context({ user_id: other, ...(isIdentity && { object_id: other }) })],
  ];
  const slotId = { key_id: making.b64(making.crypto.uuidToBytes(other)) };
  const byId = isSlot
    ? [['another slot', 'key-id', { ...context({ object_id: other }), ...slotId }]]
    : [['expected under another key id', 'key-id', otherId]];
  if (!isSlot && !isIdentity) byId.push(['of another object', 'authentication', context({ object_id: other })]);
  return [...anyKind, ...byId, ...expectationsOfKind(making, kind, context, kdf)];
}

/** What only envelopes of this kind are bound to. */
function expectationsOfKind(making, kind, context, kdf) {
  const { Kind } = making.crypto;
  return {
    [Kind.content]: [
      ['of another type', 'authentication', context({ object_type: 7 })],
      ['of another version', 'authentication', context({ version: 3 })],
      ['of another field', 'authentication', context({ field: 1 })],
      ['after another version', 'authentication', context({ previous_hash: making.text('other hash', 32) })],
    ],
    [Kind.contentKeyWrap]: [['of another type', 'authentication', context({ object_type: 2 })]],
    [Kind.passwordSlot]: [
      ['with less memory than allowed', 'kdf', kdf({ m_kib: 65535 })],
      ['with other memory', 'authentication', kdf({ m_kib: 65536 })],
      ['with other passes', 'authentication', kdf({ t: 4 })],
    ],
    [Kind.otherSlot]: [['of another field', 'authentication', context({ field: 4 })]],
    [Kind.identityKey]: [['of another field', 'authentication', context({ field: 2 })]],
    [Kind.serverSecret]: [],
  }[kind];
}
