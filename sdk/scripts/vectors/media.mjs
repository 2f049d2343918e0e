/** Media streams (kind 4). Files are long: they are said as a few bytes that repeat, and compared by their SHA-256. */
const CHUNK = 65_536;
const SEALED_CHUNK = CHUNK + 17;
const HEADER = 48;

const sizes = [
  ['an empty file: one empty final chunk', 'uce', 0],
  ['one byte', 'e2e', 1],
  ['a byte less than a chunk', 'e2e', CHUNK - 1],
  ['one whole chunk, the final one', 'uce', CHUNK],
  ['a byte more than a chunk', 'e2e', CHUNK + 1],
  ['three chunks and some', 'e2e', 3 * CHUNK + 100],
];

export async function mediaFile(making) {
  const vectors = [];
  const sealedOf = new Map();
  for (const [name, tier, bytes] of sizes) {
    const { sealed, ...vector } = await sealedFile(making, name, tier, bytes);
    vectors.push(vector);
    sealedOf.set(name, sealed);
  }
  return {
    'media.json': {
      about:
        'Media streams (kind 4). The file is `repeated` again and again, cut after `plain_bytes`. `sealed` is there where it is short; `sha256` is of the sealed bytes. Under `refused` the input is made of `pieces` of the sealed bytes of the vector `of`: [from, to) each; the byte at `changed` has its lowest bit flipped.',
      source: 'docs/crypto.md, Media stream',
      kind: making.crypto.Kind.mediaStream,
      vectors,
      refused: await refusals(making, vectors, sealedOf),
    },
  };
}

async function sealedFile(making, name, tier, plainBytes) {
  const { crypto } = making;
  const input = {
    tier,
    key_id: making.text('content key id', 16),
    key: making.text(`key of ${name}`, 32),
    user_id: making.id('user'),
    media_id: making.id('media'),
    stream_header: making.text(`stream header of ${name}`, 24),
    repeated: making.text('file', 40),
    plain_bytes: plainBytes,
  };
  const plain = plainOf(making, input);
  const sealed = await whole(
    making,
    crypto.sealMedia(placeOf(making, input), [plain], making.raw(input.stream_header)),
  );
  making.same(name, await whole(making, crypto.openMedia(placeOf(making, input), [sealed])), plain);
  if (sealed.length !== crypto.sealedMediaBytes(plainBytes)) throw new Error(`${name}: has another size`);
  const context = { userId: input.user_id, objectType: 2, objectId: input.media_id, version: 1 };
  const associated = crypto.concatBytes(sealed.slice(0, 24), crypto.encodeContext(context));
  const out = {
    associated_data: making.b64(associated),
    sealed_bytes: sealed.length,
    sha256: making.b64(crypto.sha256(sealed)),
    ...(plainBytes <= 1 && { sealed: making.b64(sealed) }),
  };
  return { name, in: input, out, sealed };
}

function refusals(making, vectors, sealedOf) {
  const others = {
    user: making.id('other'),
    key: making.text('other key', 32),
    keyId: making.text('other key id', 16),
  };
  const long = vectors.at(-1);
  const negatives = [
    ...changedBytes(long, sealedOf.get(long.name).length),
    ...changedChunks(vectors, sealedOf),
    ['expected in the other tier', 'tier', long, { tier: 'uce' }],
    ['the other tier in the header, expected too', 'authentication', long, { tier: 'uce', changed: 5 }],
    ['expected under another key id', 'key-id', long, { key_id: others.keyId }],
    ['expected under another key', 'authentication', long, { key: others.key }],
    ['of another user', 'authentication', long, { user_id: others.user }],
    ['of another file', 'authentication', long, { media_id: others.user }],
  ];
  return Promise.all(
    negatives.map(([name, rule, { name: of, in: input }, change]) => {
      const { stream_header: _, repeated: __, plain_bytes: ___, ...expected } = input;
      const asked = { ...expected, of, pieces: [[0, sealedOf.get(of).length]], ...change };
      const bytes = piecesOf(making, asked, sealedOf.get(of));
      return making.refused(name, asked, rule, () =>
        whole(making, making.crypto.openMedia(placeOf(making, asked), [bytes])),
      );
    }),
  );
}

function changedBytes(long, length) {
  const flipped = [
    ['another magic', 'magic', 0],
    ['another format', 'format', 2],
    ['another kind, which has another suite', 'suite', 3],
    ['another suite', 'suite', 4],
    ['the other tier in the header', 'tier', 5],
    ['a reserved byte', 'reserved-bytes', 7],
    ['another key id in the header', 'key-id', 8],
    ['another stream header: the subkey', 'authentication', 24],
    ['another stream header: the nonce', 'authentication', 47],
    ['another tag of the first chunk', 'authentication', HEADER],
    ['another ciphertext', 'authentication', HEADER + 1000],
    ['another authenticator', 'authentication', length - 1],
  ];
  return flipped.map(([name, rule, changed]) => [name, rule, long, { changed }]);
}

/** Where chunk `n` of the long vector is; 3 is the last one. */
const chunk = (n, length) => [HEADER + n * SEALED_CHUNK, Math.min(HEADER + (n + 1) * SEALED_CHUNK, length)];

function changedChunks(vectors, sealedOf) {
  const [empty, , , one, , long] = vectors;
  const { length } = sealedOf.get(long.name);
  const pieces = (...numbers) => ({ pieces: [[0, HEADER], ...numbers.map((n) => chunk(n, length))] });
  const oneLength = sealedOf.get(one.name).length;
  return [
    ['less than a header', 'length', long, { pieces: [[0, 47]] }],
    ['nothing but a header', 'length', long, { pieces: [[0, 48]] }],
    ['no final chunk', 'chunk-tag', long, pieces(0, 1, 2)],
    ['no final chunk after the first', 'chunk-tag', long, pieces(0)],
    ['a chunk that is cut', 'authentication', long, { pieces: [[0, length - 1]] }],
    ['a chunk that is cut to less than a tag', 'length', long, { pieces: [[0, HEADER + 3 * SEALED_CHUNK + 16]] }],
    ['chunks in another order', 'authentication', long, pieces(1, 0, 2, 3)],
    ['a chunk twice', 'authentication', long, pieces(0, 0, 1, 2, 3)],
    ['a chunk left out', 'authentication', long, pieces(0, 2, 3)],
    ['the first chunk left out', 'authentication', long, pieces(1, 2, 3)],
    ['the final chunk first', 'authentication', long, pieces(3)],
    [
      'a byte behind the final chunk',
      'authentication',
      long,
      {
        pieces: [
          [0, length],
          [0, 1],
        ],
      },
    ],
    [
      'a byte behind a whole final chunk',
      'chunk-tag',
      one,
      {
        pieces: [
          [0, oneLength],
          [0, 1],
        ],
      },
    ],
    [
      'a final chunk behind the final one',
      'chunk-tag',
      one,
      {
        pieces: [
          [0, oneLength],
          [HEADER, oneLength],
        ],
      },
    ],
    [
      'bytes behind an empty file',
      'authentication',
      empty,
      {
        pieces: [
          [0, 65],
          [48, 65],
        ],
      },
    ],
  ];
}

function piecesOf(making, { pieces, changed }, sealed) {
  const bytes = making.crypto.concatBytes(...pieces.map(([from, to]) => sealed.subarray(from, to)));
  return changed === undefined ? bytes : bytes.with(changed, bytes[changed] ^ 1);
}

function placeOf(making, { tier, key_id: id, key, user_id: userId, media_id: mediaId }) {
  return { tier, contentKey: { id: making.raw(id), key: making.raw(key) }, userId, mediaId };
}

function plainOf(making, { repeated, plain_bytes: length }) {
  const pattern = making.raw(repeated);
  return Uint8Array.from({ length }, (_, i) => pattern[i % pattern.length]);
}

async function whole(making, portions) {
  const all = [];
  for await (const portion of portions) all.push(portion);
  return making.crypto.concatBytes(...all);
}
