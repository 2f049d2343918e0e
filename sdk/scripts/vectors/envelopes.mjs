import { expectedOf, open } from './opening.mjs';
import { refusalsOf } from './refusals.mjs';

/** Envelopes of kinds 1, 2, 5, 6, 7 and 8 (XChaCha20-Poly1305), each with everything by which it is refused. */

const files = {
  'content.json': [
    'content',
    'Content (kind 1), padded. `plaintext` is without the padding, `padded_bytes` with it.',
    contents,
  ],
  'content-key-wrap.json': [
    'contentKeyWrap',
    'A content key under the wrapping key of the master key (kind 2).',
    wraps,
  ],
  'password-slot.json': [
    'passwordSlot',
    'The master key under the key-encryption key of a password (kind 5).',
    passwordSlots,
  ],
  'other-slots.json': [
    'otherSlot',
    'The master key under any other secret (kind 6); a grace slot holds a refresh secret.',
    otherSlots,
  ],
  'identity-keys.json': ['identityKey', 'Private identity keys under the wrapping key (kind 7).', identityKeys],
  'server-secrets.json': ['serverSecret', 'What the server keeps for jobs, under its own key (kind 8).', serverSecrets],
};

export async function envelopeFiles(making) {
  const made = {};
  for (const [file, [kindName, about, inputsOf]] of Object.entries(files)) {
    const kind = making.crypto.Kind[kindName];
    const vectors = [];
    for (const input of inputsOf(making)) vectors.push(await sealed(making, kind, input));
    made[file] = {
      about,
      source: 'docs/crypto.md, The envelope',
      kind,
      vectors,
      refused: await refusalsOf(making, kind, vectors[0]),
    };
  }
  return made;
}

async function sealed(making, kind, { name, ...input }) {
  const { Kind, sealContent, sealEnvelope, hkdf, labels, encodeContext, concatBytes } = making.crypto;
  const plaintext = making.raw(input.plaintext);
  const expected = expectedOf(making, kind, input);
  const { tier, keyId: id, key, context } = expected;
  const envelope = await making.withFixedRandom(`nonce of ${name}`, () =>
    kind === Kind.content
      ? sealContent({ tier, contentKey: { id, key }, context, plaintext })
      : sealEnvelope({ ...expected, plaintext }),
  );
  making.same(name, open(making, kind, input, envelope), plaintext);
  const nonce = envelope.slice(24, 48);
  const hasCommitment = kind === Kind.passwordSlot || kind === Kind.otherSlot;
  const commitment = hasCommitment && { commitment: making.b64(hkdf(key, labels.commit, nonce)) };
  const padded = kind === Kind.content && { padded_bytes: envelope.length - 64 };
  const associated = concatBytes(envelope.slice(0, 24), encodeContext(context));
  return {
    name,
    in: { ...input, nonce: making.b64(nonce) },
    out: { associated_data: making.b64(associated), ...commitment, ...padded, envelope: making.b64(envelope) },
  };
}

function place(making, type, name, change = {}) {
  return { user_id: making.id('user'), object_type: type, object_id: making.id(name), version: 0, field: 0, ...change };
}

function contents(making) {
  const { ObjectType, utf8, encodeEntryContent } = making.crypto;
  const key = { key_id: making.text('content key id', 16), key: making.text('content key', 32) };
  const plain = (bytes) => making.b64(bytes);
  const entry = (change) => place(making, ObjectType.entry, 'entry', change);
  const later = { version: 2, previous_hash: making.text('previous hash', 32) };
  const diary = encodeEntryContent({
    v: 1,
    title: 'Lord\u2019s day',
    content: 'Dear diary',
    mood: 'calm',
    tags: ['a', 'b'],
  });
  return [
    { name: 'a second version of an entry', tier: 'e2e', ...key, context: entry(later), plaintext: plain(diary) },
    { name: 'a first version, empty', tier: 'uce', ...key, context: entry({ version: 1 }), plaintext: '' },
    {
      name: '255 bytes: one step',
      tier: 'uce',
      ...key,
      context: entry({ version: 1 }),
      plaintext: making.text('255', 255),
    },
    {
      name: '256 bytes: two steps',
      tier: 'uce',
      ...key,
      context: entry({ version: 1 }),
      plaintext: making.text('256', 256),
    },
    {
      name: '5,000 bytes: Padmé',
      tier: 'uce',
      ...key,
      context: entry({ version: 1 }),
      plaintext: making.text('5000', 5000),
    },
    {
      name: 'an index card',
      tier: 'uce',
      ...key,
      context: entry({ version: 1, field: 1 }),
      plaintext: plain(utf8('card')),
    },
    {
      name: 'the name of a tag',
      tier: 'uce',
      ...key,
      context: place(making, ObjectType.tag, 'tag', { version: 1 }),
      plaintext: plain(utf8('family')),
    },
    {
      name: 'the metadata of a file',
      tier: 'e2e',
      ...key,
      context: place(making, ObjectType.mediaMetadata, 'media', { version: 1 }),
      plaintext: plain(utf8(JSON.stringify({ v: 1, file_name: 'snow.jpg', width: 4032, height: 3024 }))),
    },
  ];
}

function wraps(making) {
  const { ObjectType, hkdf, labels, concatBytes } = making.crypto;
  const plaintext = making.b64(concatBytes(making.bytes('content key id', 16), making.bytes('content key', 32)));
  const master = making.text('master key', 32);
  return ['entry', 'media'].map((type) => ({
    name: `the content key of an object of type ${type}`,
    tier: type === 'entry' ? 'e2e' : 'uce',
    master_key: master,
    key_id: making.text('master key id', 16),
    key: making.b64(hkdf(making.raw(master), labels.wrap)),
    context: place(making, ObjectType[type], type),
    plaintext,
  }));
}

function slot(making, name, tier, field, key, change = {}) {
  const { ObjectType, uuidToBytes, concatBytes } = making.crypto;
  const context = place(making, ObjectType.slot, `slot ${name}`, { field, ...change });
  const secret = making.bytes(name === 'grace' ? 'next refresh secret' : 'master key', 32);
  return {
    name: `${name} slot`,
    tier,
    key_id: making.b64(uuidToBytes(context.object_id)),
    key: making.b64(key),
    context,
    plaintext: making.b64(concatBytes(making.bytes('master key id', 16), secret)),
  };
}

function passwordSlots(making) {
  const { slotField, hkdf, labels } = making.crypto;
  const root = making.bytes('password root', 32);
  const kdf = { alg: 'argon2id', m_kib: 262144, t: 3, p: 1 };
  const pepperSalt = making.bytes('kek salt', 32);
  return [
    { ...slot(making, 'password', 'e2e', slotField.password, hkdf(root, labels.kek), { kdf }), root: making.b64(root) },
    {
      ...slot(making, 'uce password', 'uce', slotField.password, hkdf(root, labels.kek, pepperSalt), {
        kdf: { ...kdf, m_kib: 65536 },
      }),
      root: making.b64(root),
      salt: making.b64(pepperSalt),
    },
  ];
}

function otherSlots(making) {
  const { slotField, hkdf, labels } = making.crypto;
  const salt = making.bytes('session pepper', 32);
  const salted = new Set(['refresh', 'access', 'grace', 'reset']);
  const labelOf = (name) => (name === 'recovery' ? labels.recoveryKek : labels[name]);
  return Object.entries(slotField)
    .filter(([name]) => !['password', 'device', 'passkey'].includes(name))
    .map(([name, field]) => {
      const secret = making.bytes(`${name} secret`, 32);
      const key = hkdf(secret, labelOf(name), salted.has(name) ? salt : undefined);
      const made = slot(making, name, name === 'recovery' ? 'e2e' : 'uce', field, key);
      const origin = { secret: making.b64(secret), ...(salted.has(name) && { salt: making.b64(salt) }) };
      return Object.assign(made, origin);
    });
}

function identityKeys(making) {
  const { ObjectType, Field, hkdf, labels } = making.crypto;
  const master = making.bytes('master key', 32);
  const user = making.id('user');
  return ['x25519', 'ed25519'].map((name) => ({
    name: name === 'x25519' ? 'an X25519 scalar' : 'an Ed25519 seed',
    tier: 'e2e',
    master_key: making.b64(master),
    key_id: making.text('master key id', 16),
    key: making.b64(hkdf(master, labels.wrap)),
    context: place(making, ObjectType.identity, 'user', { object_id: user, field: Field[name] }),
    plaintext: making.text(name, 32),
  }));
}

function serverSecrets(making) {
  const { ObjectType, utf8 } = making.crypto;
  return [
    {
      name: 'a token of another service',
      tier: 'e2e',
      key_id: making.text('server key id', 16),
      key: making.text('server key', 32),
      context: place(making, ObjectType.serverSecret, 'connection'),
      plaintext: making.b64(utf8('not a real token')),
    },
  ];
}
