import { signDeviceStatement, toBase64url } from '@daybook/sdk/crypto';
import type { TestApi } from '../../harness/api.js';
import { eventually } from '../../harness/eventually.js';
import type { Http } from '../../harness/http.js';
import { keyedDevice, nextOf } from '../../harness/key-logs.js';
import type { Recorded } from '../../harness/recorded.js';

/**
 * Goes through all of an account with the examples of requests as they stand, from sign-up until it is erased. Replaced are
 * the code of a mail, a recovery code that the server made, and tokens.
 */
export async function walkAccount(api: TestApi, recorded: Recorded, tier: 'uce' | 'e2e'): Promise<void> {
  const send = (path: string, which: string, replaced = {}, http: Http = api.http) =>
    recorded.sendExample(http, 'POST', `/auth/${path}`, which, replaced);

  const { body: signedUp } = await send('signup', tier);
  await send('prelogin', 'any');
  const { body: signedIn } = await send('login', tier);
  const me = api.http.withToken(signedIn.tokens.access_token);
  await send('verify-email', 'any', { code: await codeTo(api, signedUp.user.email) }, me);
  await walkProfile(me, recorded);
  await send('change-email', tier, {}, me);
  const { body: renewed } = await send('recovery-codes', tier, {}, me);
  const { body: changed } = await send('change-password', tier, {}, me);
  await send('refresh', 'any', { refresh_token: changed.tokens.refresh_token });

  const [code] = renewed.recovery_codes ?? [];
  const { body: checked } = await send('verify-recovery-code', tier, code === undefined ? {} : { code });
  const { body: reset } = await send('reset-password', tier, { recovery_token: checked.recovery_token });
  const back = api.http.withToken(reset.tokens.access_token);
  await recorded.send(back, 'GET', '/auth/security-events');
  const { body: asked } = await send(
    'erase',
    tier,
    tier === 'uce' ? { password: 'a foggy tuesday with toast' } : {},
    back,
  );
  await walkErasure(api.http, recorded, `/auth/erasures/${asked.receipt}`);
}

/** The code that was mailed to an address. */
const codeTo = (api: TestApi, email: string) =>
  eventually(`a code to ${email}`, async () => {
    const mails = (await api.mails()).filter((text) => text.includes(`To: ${email}`));
    return mails.flatMap((mail) => /Your code is (\d{6})/.exec(mail)?.[1] ?? [])[0];
  });

async function walkProfile(me: Http, recorded: Recorded): Promise<void> {
  await recorded.sendExample(me, 'PATCH', '/auth/me', 'any');
  await recorded.sendExample(me, 'POST', '/auth/api-keys', 'any');
  for (const name of ['me', 'features', 'api-keys', 'export', 'keys/log', 'sessions', 'devices'])
    await recorded.send(me, 'GET', `/auth/${name}`);
}

async function walkErasure(http: Http, recorded: Recorded, path: string): Promise<void> {
  await eventually('the account is erased', async () => {
    const { body } = await http.get(path);
    return body.state === 'erased' || undefined;
  });
  await recorded.send(http, 'GET', path);
}

/** A device with a key of its own, which an e2e client signs into the key log: the statement of the example is replaced. */
export async function walkDevices(api: TestApi, recorded: Recorded): Promise<void> {
  const eve = await api.newE2eUser();
  const { device, publicKey } = keyedDevice();
  const { email, account } = eve;
  const login = { tier: 'e2e', email, password: account.signUp.password, device };
  const { body: signedIn } = await api.http.post('/auth/login', login);
  const deviceId: string = signedIn.device.id;
  const signed = signDeviceStatement({ ...(await nextOf(eve)), body: { deviceId, x25519: publicKey } });
  const statement = toBase64url(signed);
  await recorded.sendExample(eve, 'POST', '/auth/keys/log', 'e2e', { statement });
  await recorded.sendExample(eve, 'POST', '/auth/keys/log', 'e2e', { statement });
  for (const name of ['keys/log', 'devices', 'sessions']) await recorded.send(eve, 'GET', `/auth/${name}`);
  await recorded.sendExample(eve, 'PATCH', `/auth/devices/${deviceId}`, 'any');
}
