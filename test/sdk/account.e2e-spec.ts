import { Daybook, DaybookProblem, EnvelopeRefused, MemorySessionStore, SignedOut, type Tier } from '@daybook/sdk';
import { describe, expect, it } from '@jest/globals';
import { nativeArgon2, PASSWORD, useApi, weakestKdf } from '../harness/api.js';
import { eventually } from '../harness/eventually.js';
import { meddling, snow } from './meddling.js';

const tiers: readonly Tier[] = ['uce', 'e2e'];
const NEW_PASSWORD = 'a windy monday with tea';
const device = { device_name: 'Phone', device_type: 'mobile', platform: 'ios' } as const;

describe('the SDK, for an account', () => {
  const api = useApi({ withWorkers: true });
  const native = { kdf: weakestKdf, argon2: nativeArgon2 };
  const credentials = (tier: Tier, email: string, password = PASSWORD) => {
    return { url: api.origin, tier, email, password, ...native };
  };
  const signUp = async (tier: Tier, options: Partial<Parameters<typeof Daybook.signUp>[0]> = {}) => {
    const email = api.newEmail();
    const signedUp = await Daybook.signUp({ ...credentials(tier, email), ...options });
    await signedUp.daybook.entries.write(snow);
    return { email, ...signedUp };
  };
  const problemOf = (call: Promise<unknown>) =>
    call.then(
      () => 'no problem',
      (error: unknown) => (error instanceof DaybookProblem ? error.type : error),
    );
  const readsSnow = async (daybook: Daybook) => expect((await daybook.entries.list()).data).toMatchObject([snow]);
  const codeTo = (email: string) =>
    eventually('a code was mailed', async () => {
      const letter = (await api.mails()).findLast((mail) => mail.includes(`To: ${email}`) && /Your code is/.test(mail));
      return /Your code is (\d{6})/.exec(letter ?? '')?.[1];
    });

  describe.each(tiers)('of tier %s', (tier) => {
    it('changes the password: this client goes on, the others do not, and the new one opens the diary', async () => {
      const store = new MemorySessionStore();
      const { email, daybook } = await signUp(tier, { store });
      await daybook.keepMasterKey();
      const other = await Daybook.signIn(credentials(tier, email));
      await daybook.account.makeApiKey({ name: 'Script', scopes: ['inbox:write'] });
      const change = { currentPassword: PASSWORD, password: NEW_PASSWORD, ...native };
      expect(await daybook.account.changePassword(change)).toEqual({ apiKeysKept: 1 });
      await readsSnow(daybook);
      await readsSnow(await Daybook.resume({ url: api.origin, store }));
      await expect(other.entries.list()).rejects.toThrow(SignedOut);
      await readsSnow(await Daybook.signIn(credentials(tier, email, NEW_PASSWORD)));
      expect(await problemOf(Daybook.signIn(credentials(tier, email)))).toBe('auth/invalid-credentials');
    });

    it('changes no password to one that may not be chosen, nor without the one of today', async () => {
      const { fetch, sent } = meddling((body) => body);
      const { email, daybook } = await signUp(tier, { fetch });
      sent.splice(0);
      const short = daybook.account.changePassword({ currentPassword: PASSWORD, password: '1234567', ...native });
      await expect(short).rejects.toMatchObject({ name: 'PasswordRefused' });
      expect(sent).toEqual([]);
      const wrong = { currentPassword: 'not the password', password: NEW_PASSWORD, ...native };
      expect(await problemOf(daybook.account.changePassword(wrong))).toBe('auth/wrong-password');
      await readsSnow(daybook);
      await readsSnow(await Daybook.signIn(credentials(tier, email)));
    });

    it('resets a lost password with a recovery code, and the diary is readable', async () => {
      const { email, daybook, recoveryCodes } = await signUp(tier);
      const code = ` ${recoveryCodes[3]?.toLowerCase().replaceAll('-', ' ')}`;
      const recovery = await Daybook.verifyRecoveryCode({ url: api.origin, tier, email, code });
      await expect(recovery.resetPassword({ password: 'short', ...native })).rejects.toMatchObject({
        name: 'PasswordRefused',
      });
      const recovered = await recovery.resetPassword({ password: NEW_PASSWORD, device, ...native });
      await readsSnow(recovered);
      expect(recovered.deviceId).toEqual(expect.any(String));
      await expect(daybook.entries.list()).rejects.toThrow(SignedOut);
      await readsSnow(await Daybook.signIn(credentials(tier, email, NEW_PASSWORD)));
      const sessions = await recovered.account.sessions();
      expect(sessions.map((session) => session.is_current)).toContain(true);
      expect(sessions).toHaveLength(2);
    });

    it('takes each recovery code once, and no other', async () => {
      const { email, recoveryCodes } = await signUp(tier);
      const [code = '', other = ''] = recoveryCodes;
      const use = (given: string) => Daybook.verifyRecoveryCode({ url: api.origin, tier, email, code: given });
      const recovery = await use(code);
      expect(await problemOf(use(code))).toBe('auth/invalid-recovery-code');
      await recovery.resetPassword({ password: NEW_PASSWORD, ...native });
      expect(await problemOf(recovery.resetPassword({ password: PASSWORD, ...native }))).not.toBe('no problem');
      const swapped = `${other[1]}${other[0]}${other.slice(2)}`;
      const mistyped = swapped === other ? other.slice(1) : swapped;
      const refused = await problemOf(use(mistyped));
      expect(tier === 'uce' ? refused : (refused as EnvelopeRefused).rule).toBe(
        tier === 'uce' ? 'auth/invalid-recovery-code' : 'recovery-code',
      );
    });

    it('makes fresh recovery codes, and the old ones are dead', async () => {
      const { email, daybook, recoveryCodes } = await signUp(tier);
      const fresh = await daybook.account.renewRecoveryCodes();
      expect(new Set([...fresh, ...recoveryCodes]).size).toBe(20);
      const use = (code = '') => Daybook.verifyRecoveryCode({ url: api.origin, tier, email, code });
      expect(await problemOf(use(recoveryCodes[0]))).toBe('auth/invalid-recovery-code');
      await readsSnow(await (await use(fresh[9])).resetPassword({ password: NEW_PASSWORD, ...native }));
    });

    it('moves to another address, with the code that was mailed to it', async () => {
      const { email, daybook } = await signUp(tier);
      await codeTo(email);
      const moved = api.newEmail();
      const wrong = { email: moved, password: 'not the password', ...native };
      expect(await problemOf(daybook.account.changeEmail(wrong))).toBe('auth/wrong-password');
      await daybook.account.changeEmail({ email: moved, password: PASSWORD, ...native });
      expect(await problemOf(daybook.account.verifyEmail('000000'))).toBe('auth/invalid-email-code');
      expect(await daybook.account.verifyEmail(await codeTo(moved))).toMatchObject({
        email: moved,
        is_email_verified: true,
      });
      expect(daybook.user.email).toBe(moved);
      await readsSnow(await Daybook.signIn(credentials(tier, moved)));
      const change = { currentPassword: PASSWORD, password: NEW_PASSWORD, ...native };
      await daybook.account.changePassword(change);
      await readsSnow(await Daybook.signIn(credentials(tier, moved, NEW_PASSWORD)));
    });

    it('says what there is: features, sessions, devices, events, and all that is held', async () => {
      const { email, daybook } = await signUp(tier);
      expect(await daybook.account.features()).toMatchObject({ tier, storage: { used_bytes: expect.any(Number) } });
      const phone = await Daybook.signIn({ ...credentials(tier, email), device });
      const sessions = await phone.account.sessions();
      expect(sessions.find(({ is_current }) => is_current)?.device).toMatchObject({ id: phone.deviceId });
      expect(await phone.devices.list()).toMatchObject([{ device_name: 'Phone' }]);
      const mine = (await daybook.account.sessions()).find(({ is_current }) => is_current);
      await phone.account.endSession(mine?.id ?? '');
      await expect(daybook.entries.list()).rejects.toThrow(SignedOut);
      const { data } = await phone.account.securityEvents({ limit: 1 });
      expect(data).toMatchObject([{ type: 'device_added' }]);
      const { held } = await phone.account.export();
      expect(Object.keys(held)).toContain('entries');
      expect(JSON.stringify(held)).not.toContain(snow.title);
    });

    it('changes name and time zone, and keeps the user as changed', async () => {
      const store = new MemorySessionStore();
      const { daybook } = await signUp(tier, { store });
      await daybook.account.update({ display_name: 'Ada', time_zone: 'Asia/Tokyo', settings: { versions_kept: 3 } });
      expect(daybook.user).toMatchObject({
        display_name: 'Ada',
        time_zone: 'Asia/Tokyo',
        settings: { versions_kept: 3 },
      });
      expect((await store.load())?.user).toEqual(await daybook.me());
    });

    it('makes, lists and takes back API keys', async () => {
      const { daybook } = await signUp(tier);
      const made = await daybook.account.makeApiKey({ name: 'Script', scopes: ['entries:read'] });
      const [listed] = await daybook.account.apiKeys();
      const { key, ...shown } = made;
      expect(listed).toEqual(shown);
      expect((await api.http.get('/entries', { token: key })).status).toBe(200);
      await daybook.account.revokeApiKey(made.id);
      expect(await daybook.account.apiKeys()).toEqual([]);
      expect((await api.http.get('/entries', { token: key })).status).toBe(401);
    });

    it('erases itself, and is followed by the receipt until nothing is left', async () => {
      const store = new MemorySessionStore();
      const { email, daybook } = await signUp(tier, { store });
      const wrong = { password: 'not the password', ...native };
      expect(await problemOf(daybook.account.erase(wrong))).toBe('auth/wrong-password');
      const receipt = await daybook.account.erase({ password: PASSWORD, ...native });
      await expect(daybook.entries.list()).rejects.toThrow(SignedOut);
      expect(await store.load()).toBeUndefined();
      const erased = await eventually('the account is erased', async () => {
        const erasure = await Daybook.followErasure({ url: api.origin }, receipt);
        return erasure.state === 'erased' ? erasure : undefined;
      });
      expect(erased).toMatchObject({ counts: { entries: 1 }, backups_gone_on: expect.any(String) });
      expect(await problemOf(Daybook.signIn(credentials(tier, email)))).toBe('auth/invalid-credentials');
      const unknown = Daybook.followErasure({ url: api.origin }, 'A'.repeat(43));
      expect(await problemOf(unknown)).toBe('auth/erasure-not-found');
    });
  });

  describe('of tier e2e', () => {
    it('never sends a password or a recovery code', async () => {
      const { fetch, sent } = meddling((body) => body);
      const { email, daybook, recoveryCodes } = await signUp('e2e', { fetch });
      await daybook.account.changePassword({ currentPassword: PASSWORD, password: NEW_PASSWORD, ...native });
      const fresh = await daybook.account.renewRecoveryCodes();
      await daybook.account.changeEmail({ email: api.newEmail(), password: NEW_PASSWORD, ...native });
      const [code = ''] = fresh;
      const given = { url: api.origin, tier: 'e2e', email, code, fetch } as const;
      const recovery = await Daybook.verifyRecoveryCode(given);
      const recovered = await recovery.resetPassword({ password: `${PASSWORD} again`, ...native });
      await recovered.account.erase({ password: `${PASSWORD} again`, ...native });
      const all = JSON.stringify(sent);
      for (const secret of [PASSWORD, NEW_PASSWORD, ...fresh, ...recoveryCodes]) expect(all).not.toContain(secret);
      for (const codeText of fresh) expect(all).not.toContain(codeText.replaceAll('-', '').slice(0, 26));
      expect(sent.length).toBeGreaterThan(8);
    });

    it('proves no password under weaker parameters than the floor', async () => {
      const { email } = await signUp('e2e');
      let isLying = false;
      const { fetch, sent } = meddling((body) => (body.kdf && isLying ? { kdf: { ...body.kdf, m_kib: 8 } } : body));
      const daybook = await Daybook.signIn({ ...credentials('e2e', email), fetch });
      isLying = true;
      sent.splice(0);
      const change = { currentPassword: PASSWORD, password: NEW_PASSWORD, ...native };
      const calls = [
        () => daybook.account.changePassword(change),
        () => daybook.account.changeEmail({ email: api.newEmail(), password: PASSWORD, ...native }),
        () => daybook.account.erase({ password: PASSWORD, ...native }),
      ];
      for (const call of calls) await expect(call()).rejects.toMatchObject({ name: 'EnvelopeRefused', rule: 'kdf' });
      expect(new Set(sent.map(({ url }) => new URL(url).pathname))).toEqual(new Set(['/api/v1/auth/prelogin']));
    });

    it('recovers no account with the key of another', async () => {
      const { email, recoveryCodes } = await signUp('e2e');
      const [code = ''] = recoveryCodes;
      const stranger = await signUp('e2e');
      const { fetch } = meddling((body) =>
        body.wrapped_master_key ? { ...body, user_id: stranger.daybook.user.id } : body,
      );
      const call = Daybook.verifyRecoveryCode({ url: api.origin, tier: 'e2e', email, code, fetch });
      await expect(call).rejects.toThrow(EnvelopeRefused);
    });
  });

  it('is told the tier for a recovery code too', async () => {
    const { fetch, sent } = meddling((body) => body);
    const forgotten = { url: api.origin, tier: undefined as unknown as Tier, email: 'a@example.com', code: 'x', fetch };
    await expect(Daybook.verifyRecoveryCode(forgotten)).rejects.toThrow('say the tier');
    expect(sent).toEqual([]);
  });
});
