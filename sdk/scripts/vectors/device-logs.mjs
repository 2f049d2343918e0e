/** A key log with devices: one is revoked, one stays. The first statement is that of the log of identities. */
export async function deviceLog(making, { user, identity, first }) {
  const { crypto } = making;
  const devices = ['phone', 'laptop'].map((which) => {
    const { x25519 } = crypto.identityFrom(making.bytes(`${which} x25519`, 32), making.bytes('unused', 32));
    return { deviceId: making.id(which), x25519: x25519.publicKey, privateKey: x25519.privateKey };
  });
  const [phone, laptop] = devices;
  const log = [first];
  const stated = (sign, body, change = {}) => sign({ ...nextOf(making, { user, identity, log }), ...change, body });
  log.push(stated(crypto.signDeviceStatement, phone));
  log.push(stated(crypto.signDeviceStatement, laptop));
  log.push(stated(crypto.signRevocationStatement, phone));
  const verified = crypto.verifyKeyLog(log, user);
  return {
    vector: {
      name: 'two devices added, the first of them revoked',
      in: {
        user_id: user,
        ed25519_seed: making.b64(identity.ed25519.seed),
        first: making.b64(first),
        device_ids: devices.map(({ deviceId }) => deviceId),
        device_private_keys: devices.map(({ privateKey }) => making.b64(privateKey)),
        at_ms: log.map((_, i) => atMs(i)),
      },
      out: {
        statements: log.map((statement) => making.b64(statement)),
        signed: log.map((statement) => making.b64(statement.slice(0, -64))),
        devices: verified.devices.map(({ deviceId, x25519, n }) => ({
          device_id: deviceId,
          x25519: making.b64(x25519),
          n,
        })),
        head: { n: verified.head.n, hash: making.b64(verified.head.hash) },
      },
    },
    refused: await refusals(making, { user, log, phone, laptop, stated }),
  };
}

const atMs = (i) => 1_770_000_000_000 + i * 86_400_000;

function nextOf({ crypto }, { user, identity, log }) {
  return {
    signer: identity.ed25519,
    userId: user,
    n: log.length + 1,
    atMs: atMs(log.length),
    prev: crypto.sha256(log.at(-1)),
  };
}

function refusals(making, { user, log, phone, laptop, stated }) {
  const { crypto } = making;
  const { signDeviceStatement: add, signRevocationStatement: revoke } = crypto;
  const [, added] = log;
  const stranger = crypto.identityFrom(making.bytes('third x25519', 32), making.bytes('third ed25519', 32)).ed25519;
  const unknown = { deviceId: making.id('unknown device'), x25519: laptop.x25519 };
  const zeros = new Uint8Array(32);
  const after = (statement) => [...log, statement];
  const negatives = [
    ['a device that is there, again', 'statement-device', after(stated(add, laptop))],
    [
      'another key for a device that is there',
      'statement-device',
      after(stated(add, { ...laptop, x25519: phone.x25519 })),
    ],
    ['a device that was revoked, again', 'statement-device', after(stated(add, phone))],
    ['a revocation of what was revoked', 'statement-device', after(stated(revoke, phone))],
    ['a revocation of what was never there', 'statement-device', after(stated(revoke, unknown))],
    ['a device signed by another key', 'statement-signer', after(stated(add, unknown, { signer: stranger }))],
    ['a device without previous hash', 'statement-previous', after(stated(add, unknown, { prev: zeros }))],
    ['a device with a number left out', 'statement-order', after(stated(add, unknown, { n: log.length + 2 }))],
    ['a device as the first statement', 'statement-signer', [stated(add, phone, { n: 1, prev: zeros })]],
    ['a device key of low order', 'public-key', [log[0], added.slice().fill(0, 104, 136)]],
    ['a device key that is not reduced', 'public-key', [log[0], added.with(135, added[135] | 0x80)]],
    ['a device id that was changed', 'statement-signature', [log[0], added.with(88, added[88] ^ 1)]],
    ['a device with a byte too many', 'statement-format', [log[0], crypto.concatBytes(added, Uint8Array.of(0))]],
  ];
  return Promise.all(
    negatives.map(([name, rule, statements]) => {
      const input = { user_id: user, statements: statements.map((statement) => making.b64(statement)) };
      return making.refused(name, input, rule, () => crypto.verifyKeyLog(statements, user));
    }),
  );
}
