import { createId, createIdentity, type E2eSignUp, signIdentityStatement, toBase64url } from '@daybook/sdk/crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { useApi } from './harness/api.js';
import { ofLength, withByte } from './harness/entries.js';
import { expectInvalid } from './harness/problems.js';

// Where the parts of an envelope's header are (docs/crypto.md, The envelope).
const [MAGIC, FORMAT, KIND, SUITE, TIER, RESERVED, KEY_ID] = [0, 2, 3, 4, 5, 6, 8];
const UCE = 1;

type Break = (envelope: string) => string;
type Rec = E2eSignUp['recovery'][number];

/** Each way in which the header or the size of a sound envelope can be wrong. */
const envelopeFaults: [string, Break][] = [
  ['another magic', (sound) => withByte(sound, MAGIC, 0x45)],
  ['a format of the future', (sound) => withByte(sound, FORMAT, 2)],
  ['the kind of content', (sound) => withByte(sound, KIND, 1)],
  ['a kind that there is not', (sound) => withByte(sound, KIND, 99)],
  ['another suite', (sound) => withByte(sound, SUITE, 2)],
  ['the other tier', (sound) => withByte(sound, TIER, UCE)],
  ['a tier that there is not', (sound) => withByte(sound, TIER, 7)],
  ['reserved bytes in use', (sound) => withByte(sound, RESERVED, 1)],
  ['the id of another key', (sound) => withByte(sound, KEY_ID, 0xff)],
  ['a byte too many', (sound) => ofLength(sound, Buffer.from(sound, 'base64url').length + 1)],
  ['a byte too few', (sound) => ofLength(sound, Buffer.from(sound, 'base64url').length - 1)],
  ['nothing in it', () => ''],
];

describe('the gate of an e2e sign-up', () => {
  const api = useApi();
  let sound: E2eSignUp;

  beforeAll(async () => {
    sound = (await api.newE2eAccount()).signUp;
  });

  const withKeys = (change: Partial<E2eSignUp['keys']>) => ({ ...sound, keys: { ...sound.keys, ...change } });
  const withRecovery = (index: number, change: Partial<Rec>) => ({
    ...sound,
    recovery: sound.recovery.map((each, at) => (at === index ? { ...each, ...change } : each)),
  });
  const withKdf = (change: object) => ({ ...sound, kdf: { ...sound.kdf, ...change } });

  /** Refused at one place, and nothing of it is kept. */
  async function expectRefused(body: object, pointer: string): Promise<void> {
    expectInvalid(await api.http.post('/auth/signup', body), pointer);
    const kept = 'SELECT user_id FROM users UNION ALL SELECT user_id FROM sign_in_names';
    expect(await api.database.look(`SELECT FROM (${kept}) AS kept WHERE user_id = $1`, [sound.user_id])).toEqual([]);
  }

  describe.each(envelopeFaults)('refuses an envelope with %s', (_fault, broken) => {
    it('as the password slot', async () => {
      const slot = { ...sound.keys.slot, wrapped_master_key: broken(sound.keys.slot.wrapped_master_key) };
      await expectRefused(withKeys({ slot }), '#/keys/slot/wrapped_master_key');
    });

    it.each([0, 1] as const)('as private key %i', async (index) => {
      const [x25519, ed25519] = sound.keys.private_keys;
      const keys: [string, string] = index === 0 ? [broken(x25519), ed25519] : [x25519, broken(ed25519)];
      await expectRefused(withKeys({ private_keys: keys }), `#/keys/private_keys/${index}`);
    });

    it.each([0, 9])('as the slot of recovery code %i', async (index) => {
      const wrapped = broken(sound.recovery[index]?.wrapped_master_key ?? '');
      await expectRefused(
        withRecovery(index, { wrapped_master_key: wrapped }),
        `#/recovery/${index}/wrapped_master_key`,
      );
    });
  });

  it('refuses a slot that stands in for one of another kind', async () => {
    const recoverySlot = sound.recovery[0]?.wrapped_master_key ?? '';
    const slot = { id: sound.recovery[0]?.id ?? '', wrapped_master_key: recoverySlot };
    await expectRefused(withKeys({ slot }), '#/recovery/0/id');
    const passwordSlot = { id: createId(), wrapped_master_key: sound.keys.slot.wrapped_master_key };
    await expectRefused(withRecovery(3, passwordSlot), '#/recovery/3/wrapped_master_key');
  });

  it('refuses an id that is used twice, in other capitals too', async () => {
    const [first] = sound.recovery;
    for (const id of [first?.id ?? '', first?.id.toUpperCase() ?? ''])
      await expectRefused(withRecovery(4, { ...first, id }), '#/recovery/4/id');
    await expectRefused(withRecovery(2, { id: sound.keys.slot.id }), '#/recovery/2/id');
  });

  it.each([
    ['9 recovery codes', () => ({ ...sound, recovery: sound.recovery.slice(1) }), '#/recovery'],
    ['11 recovery codes', () => ({ ...sound, recovery: [...sound.recovery, sound.recovery[0]] }), '#/recovery'],
    [
      'a recovery code in place of its verifier',
      () => withRecovery(0, { verifier: 'ABCDE-FGHJK' }),
      '#/recovery/0/verifier',
    ],
    [
      'an id that is not a UUIDv7',
      () => withRecovery(1, { id: '9b2e1f7a-6f38-4f63-8d3a-2f6a1e1c2b3d' }),
      '#/recovery/1/id',
    ],
    ['too little memory for the password', () => withKdf({ m_kib: 65_535 }), '#/kdf/m_kib'],
    ['too much memory for a phone', () => withKdf({ m_kib: 1_048_577 }), '#/kdf/m_kib'],
    ['memory by halves', () => withKdf({ m_kib: 65_536.5 }), '#/kdf/m_kib'],
    ['two passes', () => withKdf({ t: 2 }), '#/kdf/t'],
    ['seventeen passes', () => withKdf({ t: 17 }), '#/kdf/t'],
    ['two lanes', () => withKdf({ p: 2 }), '#/kdf/p'],
    ['another algorithm', () => withKdf({ alg: 'argon2i' }), '#/kdf/alg'],
    ['a salt of 15 bytes', () => withKdf({ salt: ofLength(sound.kdf.salt, 15) }), '#/kdf/salt'],
    ['a salt with padding', () => withKdf({ salt: `${sound.kdf.salt}==` }), '#/kdf/salt'],
    ['a salt whose unused bits are not zero', () => withKdf({ salt: `${'A'.repeat(21)}B` }), '#/kdf/salt'],
    ['a password in place of the authentication key', () => ({ ...sound, password: 'a rainy sunday' }), '#/password'],
    ['another way of making that key', () => ({ ...sound, auth: 2 }), '#/auth'],
    ['a user id that is no UUIDv7', () => ({ ...sound, user_id: 'ada' }), '#/user_id'],
    ['a master key id of 15 bytes', () => withKeys({ master_key_id: ofLength('', 15) }), '#/keys/master_key_id'],
    [
      'another master key id than its private keys name',
      () => withKeys({ master_key_id: ofLength('', 16) }),
      '#/keys/private_keys/0',
    ],
    ['one private key', () => withKeys({ private_keys: [sound.keys.private_keys[0]] as never }), '#/keys/private_keys'],
  ])('refuses %s', async (_fault, body, pointer) => {
    await expectRefused(body(), pointer);
  });

  describe('of the identity', () => {
    interface Change {
      readonly userId?: string;
      readonly tier?: 'e2e' | 'uce';
      readonly n?: number;
      readonly prev?: Uint8Array;
    }

    const identity = ({ userId = sound.user_id, tier = 'e2e', n = 1, prev = new Uint8Array(32) }: Change = {}) => {
      const { ed25519, x25519 } = createIdentity();
      const body = { ed25519: ed25519.publicKey, x25519: x25519.publicKey, tier, minSuite: 2 } as const;
      return toBase64url(signIdentityStatement({ signer: ed25519, userId, n, atMs: 0, prev, body }));
    };

    it.each<[string, () => string]>([
      ["another user's", () => identity({ userId: createId() })],
      ['one of the uce tier', () => identity({ tier: 'uce' })],
      ['one that is not the first', () => identity({ n: 2 })],
      ['one that follows another', () => identity({ prev: new Uint8Array(32).fill(1) })],
      ['one whose signature does not hold', () => withByte(identity(), 217, 0)],
      ['one that was changed after it was signed', () => withByte(identity(), 44, 1)],
      ['one with an X25519 key that was changed', () => withByte(identity(), 130, 1)],
      ['one that is no statement', () => withByte(identity(), 0, 0)],
      ['one of another type', () => withByte(identity(), 3, 2)],
      ['one that names another signer', () => withByte(identity(), 4, 0)],
      ['one of the wrong length', () => ofLength(identity(), 217)],
      ['one that is not signed', () => ofLength(ofLength(identity(), 154), 218)],
      [
        'one with the X25519 key of nobody',
        () => ofLength(identity(), 218).replace(/^(.{160}).{42}/, `$1${'A'.repeat(42)}`),
      ],
    ])('refuses %s', async (_fault, make) => {
      await expectRefused(withKeys({ identity: make() }), '#/keys/identity');
    });
  });

  it('lets through what is sound, and keeps it as it was sent', async () => {
    const { signUp } = await api.newE2eAccount();
    expect((await api.http.post('/auth/signup', signUp)).status).toBe(201);
    const login = { tier: 'e2e', email: signUp.email, password: signUp.password };
    const { body } = await api.http.post('/auth/login', login);
    expect(body.keys).toEqual({ ...signUp.keys, kdf: signUp.kdf });
  });
});
