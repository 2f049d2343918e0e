import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  checkIdentityKeyWrap,
  checkPasswordSlot,
  checkSlot,
  createE2eAccount,
  createE2ePassword,
  createId,
  createIdentity,
  e2eAuthKey,
  fromBase64url,
  kdfDefaults,
  openE2eRecoverySlot,
  parseRecoveryCode,
  ready,
  recoveryVerifier,
  sha256,
  signIdentityStatement,
  toBase64url,
  unlockE2eAccount,
  verifyKeyLog,
  wrapIdentityKey,
  type Argon2id,
  type NewE2eAccount,
} from '../../src/crypto/index.js';
import { ada, eve } from './sealed-examples.js';

const password = 'correct horse battery staple';
const kdf = kdfDefaults.server;

/** Not Argon2: only its place in the protocol counts here, and its bytes are tested elsewhere. */
const quick: Argon2id = (secret, salt, { mKib, t }) =>
  Promise.resolve(sha256(secret, salt, Uint8Array.of(mKib >> 16, t)));

describe('an e2e account', () => {
  let account: NewE2eAccount;
  beforeAll(async () => {
    await ready();
    account = await createE2eAccount({ userId: ada, email: 'ada@example.org', password, kdf, argon2: quick });
  });
  const unlock = (change: object = {}) => {
    const { kdf: wireKdf, keys } = account.signUp;
    return unlockE2eAccount({ userId: ada, kdf: wireKdf, keys, password, argon2: quick, ...change });
  };

  it('signs up with exactly what the server expects', () => {
    const { signUp } = account;
    expect(signUp).toEqual({
      user_id: ada,
      email: 'ada@example.org',
      tier: 'e2e',
      auth: 1,
      password: expect.stringMatching(/^[\w-]{43}$/),
      kdf: { alg: 'argon2id', m_kib: 65536, t: 3, p: 1, salt: expect.stringMatching(/^[\w-]{22}$/) },
      keys: {
        master_key_id: expect.stringMatching(/^[\w-]{22}$/),
        slot: { id: expect.any(String), wrapped_master_key: expect.any(String) },
        identity: expect.any(String),
        private_keys: [expect.any(String), expect.any(String)],
      },
      recovery: Array.from({ length: 10 }, () => ({
        id: expect.stringMatching(/^[0-9a-f-]{14}7[0-9a-f-]{21}$/),
        verifier: expect.stringMatching(/^[\w-]{43}$/),
        wrapped_master_key: expect.any(String),
      })),
    });
    expect(new Set([signUp.keys.slot.id, ...signUp.recovery.map(({ id }) => id)]).size).toBe(11);
    expect(new Set(account.recoveryCodes).size).toBe(10);
  });

  it('passes the gate', () => {
    const { keys, recovery } = account.signUp;
    const masterKeyId = fromBase64url(keys.master_key_id);
    checkPasswordSlot(fromBase64url(keys.slot.wrapped_master_key), { tier: 'e2e', slotId: keys.slot.id });
    for (const { id, wrapped_master_key: wrapped } of recovery) {
      checkSlot(fromBase64url(wrapped), { tier: 'e2e', slotId: id });
    }
    for (const wrapped of keys.private_keys) checkIdentityKeyWrap(fromBase64url(wrapped), { tier: 'e2e', masterKeyId });
    const { identity } = verifyKeyLog([fromBase64url(keys.identity)], ada);
    expect(identity).toMatchObject({ tier: 'e2e', x25519: account.identity.x25519.publicKey });
  });

  it('never sends the password, a code or a key', () => {
    const sent = JSON.stringify(account.signUp);
    const { master, identity, recoveryCodes } = account;
    const secrets = [master.exportKey(), identity.x25519.privateKey, identity.ed25519.seed].map(toBase64url);
    const codes = recoveryCodes.flatMap((code) => [code, parseRecoveryCode(code)]);
    for (const secret of [password, ...secrets, ...codes]) expect(sent).not.toContain(secret);
  });

  it('opens with its password, and with the root of a sign-in without a second Argon2 run', async () => {
    const { master, identity, authKey, head } = await unlock();
    expect([master.id, master.exportKey()]).toEqual([account.master.id, account.master.exportKey()]);
    expect(identity).toEqual(account.identity);
    expect(toBase64url(authKey)).toBe(account.signUp.password);
    expect(head.n).toBe(1);
    const argon2 = jest.fn(quick);
    const signIn = await e2eAuthKey(password, account.signUp.kdf, argon2);
    expect(signIn.authKey).toEqual(authKey);
    const { userId, ...rest } = { userId: ada, kdf: account.signUp.kdf, keys: account.signUp.keys, argon2 };
    const opened = await unlockE2eAccount({ userId, ...rest, root: signIn.root });
    expect(opened.master.exportKey()).toEqual(account.master.exportKey());
    expect(argon2).toHaveBeenCalledTimes(1);
    expect(signIn.root.some((byte) => byte !== 0)).toBe(true);
  });

  it('opens with each of its recovery codes', () => {
    const { recovery } = account.signUp;
    for (const [i, code] of account.recoveryCodes.entries()) {
      const { id = '', wrapped_master_key: wrapped = '', verifier } = recovery[i] ?? {};
      const master = openE2eRecoverySlot({ userId: ada, slotId: id, code: code.toLowerCase(), wrapped });
      expect(master.exportKey()).toEqual(account.master.exportKey());
      expect(verifier).toBe(toBase64url(recoveryVerifier(parseRecoveryCode(code))));
    }
  });

  it('opens with a new password after a change, and no longer takes other parameters', async () => {
    const changed = await createE2ePassword({
      userId: ada,
      master: account.master,
      password: 'new',
      kdf,
      argon2: quick,
    });
    const keys = { ...account.signUp.keys, slot: changed.slot };
    const { master } = await unlock({ keys, kdf: changed.kdf, password: 'new' });
    expect(master.exportKey()).toEqual(account.master.exportKey());
    const weaker = { ...account.signUp.kdf, t: 4 };
    await expect(unlock({ kdf: weaker })).rejects.toMatchObject({ rule: 'commitment' });
    await expect(unlock({ kdf: { ...weaker, t: 1 } })).rejects.toMatchObject({ rule: 'kdf' });
  });

  it('does not open with what a lying server puts in place', async () => {
    const rule = (change: object) =>
      unlock(change).then(
        () => 'accepted',
        ({ rule: by }: { rule: string }) => by,
      );
    const { keys } = account.signUp;
    const theirs = await createE2eAccount({ userId: ada, password, kdf, argon2: quick });
    const foreign = theirs.signUp.keys;
    expect(await rule({ password: 'wrong' })).toBe('commitment');
    expect(await rule({ userId: eve })).toBe('statement-user');
    expect(await rule({ keys: { ...keys, slot: { ...keys.slot, id: createId() } } })).toBe('key-id');
    expect(await rule({ keys: { ...keys, master_key_id: foreign.master_key_id } })).toBe('key-id');
    expect(await rule({ keys: { ...keys, private_keys: foreign.private_keys } })).toBe('key-id');
    expect(await rule({ keys: { ...keys, private_keys: [...keys.private_keys].reverse() } })).toBe('authentication');
    expect(await rule({ keys: { ...keys, identity: foreign.identity } })).toBe('public-key');
    expect(await rule({ keyLog: [foreign.identity] })).toBe('statement-order');
    expect(await rule({ pinned: { n: 1, hash: sha256(fromBase64url(foreign.identity)) } })).toBe('statement-pin');
  });

  it('opens after its identity keys were changed, by the whole key log', async () => {
    const next = createIdentity();
    const first = account.signUp.keys.identity;
    const statement = signIdentityStatement({
      signer: account.identity.ed25519,
      userId: ada,
      n: 2,
      atMs: 1,
      prev: sha256(fromBase64url(first)),
      body: { ed25519: next.ed25519.publicKey, x25519: next.x25519.publicKey, tier: 'e2e', minSuite: 2 },
    });
    const identity = toBase64url(statement);
    const place = { tier: 'e2e', master: account.master, userId: ada } as const;
    const privateKeys = [
      wrapIdentityKey({ ...place, field: 1, privateKey: next.x25519.privateKey }),
      wrapIdentityKey({ ...place, field: 2, privateKey: next.ed25519.seed }),
    ].map(toBase64url);
    const keys = { ...account.signUp.keys, identity, private_keys: privateKeys };
    expect((await unlock({ keys, keyLog: [first, identity] })).identity).toEqual(next);
    await expect(unlock({ keys })).rejects.toMatchObject({ rule: 'statement-order' });
    await expect(unlock({ keyLog: [first, identity] })).rejects.toMatchObject({ rule: 'statement-order' });
  });
});
