/** A whole e2e sign-up, with parameters at the floor so that it can be run anywhere. */
export async function accountFiles(making) {
  const { createE2eAccount, unlockE2eAccount, kdfDefaults, parseRecoveryCode } = making.crypto;
  const [userId, password, now] = [making.id('user'), 'correct horse battery staple', 1_770_000_000_000];
  const made = { userId, email: 'ada@example.org', password, kdf: kdfDefaults.server, now };
  const { signUp, recoveryCodes, master, identity } = await making.withFixedRandom('sign-up', () =>
    createE2eAccount(made),
  );
  const { kdf, keys } = signUp;
  const opened = await unlockE2eAccount({ userId, kdf, keys, password });
  making.same('sign-up', opened.master.exportKey(), master.exportKey());
  const input = {
    user_id: userId,
    email: made.email,
    password,
    kdf,
    at_ms: now,
    master_key_id: making.b64(master.id),
    master_key: making.b64(master.exportKey()),
    x25519_private_key: making.b64(identity.x25519.privateKey),
    ed25519_seed: making.b64(identity.ed25519.seed),
    recovery_codes: recoveryCodes.map(parseRecoveryCode),
    slot_ids: { password: keys.slot.id, recovery: signUp.recovery.map(({ id }) => id) },
    nonces: {
      slot: nonceOf(making, keys.slot.wrapped_master_key),
      private_keys: keys.private_keys.map((wrapped) => nonceOf(making, wrapped)),
      recovery: signUp.recovery.map(({ wrapped_master_key: wrapped }) => nonceOf(making, wrapped)),
    },
  };
  return {
    'sign-up.json': {
      about: 'An e2e sign-up: from everything that a client draws at random to the body that it sends.',
      source: 'docs/crypto.md, e2e sign-up',
      vectors: [{ name: 'an account', in: input, out: { sign_up: signUp } }],
      refused: await refusals(making, { userId, kdf, keys, password }),
    },
  };
}

function nonceOf(making, envelope) {
  return making.b64(making.raw(envelope).slice(24, 48));
}

/** One Argon2id run for all: what does not depend on the password is opened with its root. */
async function refusals(making, { userId, kdf, keys, password }) {
  const { unlockE2eAccount, e2eAuthKey } = making.crypto;
  const { root } = await e2eAuthKey(password, kdf);
  const other = making.id('other');
  const negatives = [
    ['another password root', 'commitment', { root: making.bytes('other root', 32) }],
    ['other parameters than the slot was sealed with', 'authentication', { kdf: { ...kdf, t: 4 } }],
    ['parameters below the floor', 'kdf', { kdf: { ...kdf, t: 1 } }],
    ['another user', 'statement-user', { userId: other }],
    ['another slot id', 'key-id', { keys: { ...keys, slot: { ...keys.slot, id: other } } }],
    ['another master key id', 'key-id', { keys: { ...keys, master_key_id: making.text('other key id', 16) } }],
    ['private keys swapped', 'authentication', { keys: { ...keys, private_keys: [...keys.private_keys].reverse() } }],
    ['an identity of other keys', 'public-key', { keys: { ...keys, identity: otherIdentity(making, userId) } }],
  ];
  return Promise.all(
    negatives.map(([name, rule, change]) => {
      const asked = { userId, kdf, keys, root, ...change };
      const input = { user_id: asked.userId, kdf: asked.kdf, keys: asked.keys, password_root: making.b64(asked.root) };
      return making.refused(name, input, rule, () => unlockE2eAccount(asked));
    }),
  );
}

function otherIdentity(making, userId) {
  const { identityFrom, signIdentityStatement } = making.crypto;
  const { x25519, ed25519 } = identityFrom(making.bytes('other x25519', 32), making.bytes('other ed25519', 32));
  const body = { ed25519: ed25519.publicKey, x25519: x25519.publicKey, tier: 'e2e', minSuite: 2 };
  const prev = new Uint8Array(32);
  return making.b64(signIdentityStatement({ signer: ed25519, userId, n: 1, atMs: 1_770_000_000_000, prev, body }));
}
