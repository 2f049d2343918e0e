import { deviceLog } from './device-logs.mjs';

/** Key logs: signed statements of identities and devices, one after the other. */
export async function keyLogFiles(making) {
  const { crypto } = making;
  const user = making.id('user');
  const keys = ['', 'second ', 'third '].map((which) =>
    crypto.identityFrom(making.bytes(`${which}x25519`, 32), making.bytes(`${which}ed25519`, 32)),
  );
  const bodies = keys.map(({ ed25519, x25519 }) => ({ ed25519: ed25519.publicKey, x25519: x25519.publicKey }));
  const log = [];
  for (const [i, body] of bodies.entries()) log.push(stated(making, { keys, log, user, i, body }));
  const verified = crypto.verifyKeyLog(log, user);
  const devices = await deviceLog(making, { user, identity: keys[0], first: log[0] });
  return {
    'key-log.json': {
      about:
        'Key logs of identities and devices. Numbers begin at 1. `signed` is what the signature covers, after the prefix.',
      source: 'docs/crypto.md, Key log',
      prefix: crypto.labels.statement,
      vectors: [
        {
          name: 'made, and changed twice',
          in: {
            user_id: user,
            ed25519_seeds: keys.map(({ ed25519 }) => making.b64(ed25519.seed)),
            x25519_private_keys: keys.map(({ x25519 }) => making.b64(x25519.privateKey)),
            at_ms: log.map((_, i) => atMs(i)),
            tier: 'e2e',
            min_suite: 2,
          },
          out: {
            statements: log.map((statement) => making.b64(statement)),
            signed: log.map((statement) => making.b64(statement.slice(0, 154))),
            identity: { ed25519: making.b64(verified.identity.ed25519), x25519: making.b64(verified.identity.x25519) },
            head: { n: verified.head.n, hash: making.b64(verified.head.hash) },
          },
        },
        devices.vector,
      ],
      refused: [...(await refusals(making, { keys, log, user, bodies })), ...devices.refused],
    },
  };
}

const atMs = (i) => 1_770_000_000_000 + i * 86_400_000;

/** Statement `i` about `body`, signed and linked as it should be unless `change` says otherwise. */
function stated({ crypto }, { keys, log, user, i, body, change = {} }) {
  return crypto.signIdentityStatement({
    signer: keys[Math.max(0, i - 1)].ed25519,
    userId: user,
    n: i + 1,
    atMs: atMs(i),
    prev: i === 0 ? new Uint8Array(32) : crypto.sha256(log[i - 1]),
    ...change,
    body: { tier: 'e2e', minSuite: 2, ...body, ...change.body },
  });
}

function refusals(making, { keys, log, user, bodies }) {
  const { crypto } = making;
  const [first, second, third] = log;
  const later = (change) => [first, stated(making, { keys, log, user, i: 1, body: bodies[1], change })];
  const flip = (statement, at) => statement.with(at, statement[at] ^ 1);
  const zeros = new Uint8Array(32);
  const negatives = [
    ['no statement', 'statement-order', []],
    ['the first missing', 'statement-order', [second, third]],
    ['one left out', 'statement-order', [first, third]],
    ['one twice', 'statement-order', [first, first]],
    ['another user', 'statement-user', log, making.id('other')],
    [
      'a first one numbered 0',
      'statement-order',
      [stated(making, { keys, log, user, i: 0, body: bodies[0], change: { n: 0 } })],
    ],
    ['a second one signed by its own key', 'statement-signer', later({ signer: keys[1].ed25519 })],
    ['a second one without previous hash', 'statement-previous', later({ prev: zeros })],
    ['a second one of another tier', 'tier', later({ body: { tier: 'uce' } })],
    ['a second one with a lower suite', 'suite', later({ body: { minSuite: 1 } })],
    ['a body that was changed', 'statement-signature', [flip(first, 50)]],
    ['a signature that was changed', 'statement-signature', [flip(first, 217)]],
    ['an S that is not reduced', 'statement-signature', [withLargerS(first)]],
    ['an X25519 key of low order', 'public-key', [first.slice().fill(0, 120, 152)]],
    ['an X25519 key that is not reduced', 'public-key', [first.with(151, first[151] | 0x80)]],
    ['an Ed25519 key of small order', 'public-key', [first.slice().fill(0, 88, 120).with(88, 1)]],
    ['a byte too many', 'statement-format', [crypto.concatBytes(first, Uint8Array.of(0))]],
    ['another magic', 'statement-format', [flip(first, 0)]],
    ['a reserved type', 'statement-type', [first.with(3, 4)]],
    ['a type with the length of another', 'statement-format', [first.with(3, 2)]],
  ];
  return Promise.all(
    negatives.map(([name, rule, statements, userId = user]) => {
      const input = { user_id: userId, statements: statements.map((statement) => making.b64(statement)) };
      return making.refused(name, input, rule, () => crypto.verifyKeyLog(statements, userId));
    }),
  );
}

/** The same signature with S + L: RFC 8032 refuses it. */
function withLargerS(statement) {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const s = statement.slice(186).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n) + order;
  const changed = statement.slice();
  for (let i = 0; i < 32; i++) changed[186 + i] = Number((s >> BigInt(8 * i)) & 0xffn);
  return changed;
}
