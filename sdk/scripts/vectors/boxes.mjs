/** Content keys in sealed boxes (kind 3). Boxes are random by nature; here their ephemeral key is given. */
export async function boxFiles(making) {
  const { ObjectType, identityFrom, openBoxedContentKey, concatBytes } = making.crypto;
  const recipient = identityFrom(making.bytes('x25519', 32), making.bytes('ed25519', 32)).x25519;
  const context = { user_id: making.id('user'), object_type: ObjectType.entry, object_id: making.id('inbox item') };
  const input = {
    tier: 'uce',
    recipient_private_key: making.b64(recipient.privateKey),
    recipient_public_key: making.b64(recipient.publicKey),
    context: { ...context, version: 0, field: 0 },
    ephemeral_private_key: making.text('ephemeral', 32),
    content_key_id: making.text('content key id', 16),
    content_key: making.text('content key', 32),
  };
  const made = box(making, input, recipient);
  const open = (bytes, change = {}) =>
    openBoxedContentKey({ tier: 'uce', recipient, context: contextOf(context), boxed: bytes, ...change });
  const opened = open(made.envelope);
  making.same('box', concatBytes(opened.id, opened.key), concatBytes(...contentKey(making, input)));
  return {
    'boxed-content-key.json': {
      about:
        'A content key in a libsodium sealed box (kind 3). `binding` is SHA-256(associated data); to be opened only, since real boxes take a fresh ephemeral key.',
      source: 'docs/crypto.md, The envelope',
      kind: making.crypto.Kind.boxedContentKey,
      vectors: [
        {
          name: 'a content key for an inbox item',
          in: input,
          out: {
            associated_data: making.b64(made.associated),
            binding: making.b64(made.binding),
            envelope: making.b64(made.envelope),
          },
        },
      ],
      refused: await refusals(making, { input, made, recipient, context, open }),
    },
  };
}

function contextOf({ user_id: userId, object_type: objectType, object_id: objectId }) {
  return { userId, objectType, objectId };
}

function contentKey(making, { content_key_id: id, content_key: key }) {
  return [making.raw(id), making.raw(key)];
}

/** The box by its definition: X25519, HSalsa20, XSalsa20-Poly1305, nonce BLAKE2b-24 of both public keys. */
function box(making, input, recipient) {
  const { sodium } = making;
  const { encodeContext, concatBytes, sha256, Kind, Suite, Tier } = making.crypto;
  const fixed = Uint8Array.of(0x44, 0x42, 1, Kind.boxedContentKey, Suite.sealedBox, Tier[input.tier], 0, 0);
  const header = concatBytes(fixed, recipient.keyId);
  const associated = concatBytes(header, encodeContext(contextOf(input.context)));
  const binding = sha256(associated);
  const ephemeral = making.raw(input.ephemeral_private_key);
  const ephemeralPublic = sodium.crypto_scalarmult_base(ephemeral);
  const nonce = sodium.crypto_generichash(24, concatBytes(ephemeralPublic, recipient.publicKey), null);
  const plaintext = concatBytes(...contentKey(making, input), binding);
  const sealed = sodium.crypto_box_easy(plaintext, nonce, recipient.publicKey, ephemeral);
  return { associated, binding, envelope: concatBytes(header, new Uint8Array(24), ephemeralPublic, sealed) };
}

function refusals(making, { input, made, recipient, context, open }) {
  const { identityFrom } = making.crypto;
  const { envelope } = made;
  const other = making.id('other');
  const stranger = identityFrom(making.bytes('other x25519', 32), making.bytes('ed25519', 32)).x25519;
  const unbound = box(making, { ...input, context: { ...context, object_id: other } }, recipient).envelope;
  const flip = (at) => envelope.with(at, envelope[at] ^ 1);
  const place = (change) => ({ context: contextOf({ ...context, ...change }) });
  const negatives = [
    ['another suite', 'suite', envelope.with(4, 1)],
    ['expected in the other tier', 'tier', envelope, { tier: 'e2e' }],
    ['the other tier in the header', 'tier', flip(5)],
    ['the other tier, expected too', 'authentication', flip(5), { tier: 'e2e' }],
    ['a nonce that is not zero', 'nonce', flip(24)],
    ['another recipient', 'key-id', envelope, { recipient: stranger }],
    [
      'another private key',
      'authentication',
      envelope,
      { recipient: { ...recipient, privateKey: stranger.privateKey } },
    ],
    ['another ephemeral key', 'authentication', flip(48)],
    ['an ephemeral key of low order', 'authentication', envelope.slice().fill(0, 48, 80)],
    ['another tag', 'authentication', flip(80)],
    ['a byte less', 'length', envelope.slice(0, -1)],
    ['of another user', 'authentication', envelope, place({ user_id: other })],
    ['of another type', 'authentication', envelope, place({ object_type: 2 })],
    ['of another object', 'authentication', envelope, place({ object_id: other })],
    ['made for another object', 'authentication', unbound],
  ];
  return Promise.all(
    negatives.map(([name, rule, bytes, change = {}]) => {
      const { tier = input.tier, context: itsContext, recipient: its = recipient } = change;
      const { userId, objectType, objectId } = itsContext ?? contextOf(context);
      const asked = {
        tier,
        recipient_private_key: making.b64(its.privateKey),
        recipient_public_key: making.b64(its.publicKey),
        context: { user_id: userId, object_type: objectType, object_id: objectId, version: 0, field: 0 },
        envelope: making.b64(bytes),
      };
      return making.refused(name, asked, rule, () => open(bytes, change));
    }),
  );
}
