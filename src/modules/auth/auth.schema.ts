import { checkX25519PublicKey, EnvelopeRefused, labels } from '@daybook/sdk/crypto';
import { z } from 'zod';
import { UserId } from '../../platform/ids.js';
import { bytes, Instant } from '../../platform/http/wire.js';
import { TierName } from '../tiers/tiers.schema.js';
import { IDENTITY_STATEMENT_BYTES } from './keys/key-log.schema.js';
import {
  preloginAnswerExamples,
  signedInExamples,
  signedUpExamples,
  userExamples,
} from './accounts/answer-examples.js';
import { refreshedExamples, renamedExamples } from './sessions/examples.js';

export const SessionId = z.uuidv7().toLowerCase().brand<'SessionId'>();
export type SessionId = z.infer<typeof SessionId>;
export const DeviceId = z.uuidv7().toLowerCase().brand<'DeviceId'>();
export type DeviceId = z.infer<typeof DeviceId>;
export const SlotId = z.uuidv7().toLowerCase().brand<'SlotId'>();
export type SlotId = z.infer<typeof SlotId>;

export const Email = z.email().max(254);
const base64urlKey = (what: string) => bytes(32).describe(what);

/** Envelopes have a fixed header, so their sizes are known: 48, a commitment of 32 in slots, the text, a tag of 16. */
export const SLOT_BYTES = 48 + 32 + 48 + 16;
const PRIVATE_KEY_BYTES = 48 + 32 + 16;

export const Kdf = z
  .strictObject({
    alg: z.literal('argon2id'),
    m_kib: z.int().min(65_536).max(1_048_576),
    t: z.int().min(3).max(16),
    p: z.literal(1),
    salt: bytes(16),
  })
  .describe('how the client makes its keys from the password (RFC 9106); the floor is 64 MiB and 3 passes');
export type Kdf = z.infer<typeof Kdf>;

export const KdfView = z
  .object({
    alg: z.literal('argon2id'),
    m_kib: z.int(),
    t: z.int(),
    p: z.literal(1),
    salt: z.base64url(),
  })
  .meta({ id: 'Kdf' });

/** An X25519 key that something can safely be sealed to. */
const X25519PublicKey = bytes(32).superRefine((key, context) => {
  try {
    checkX25519PublicKey(key);
  } catch (error) {
    if (!(error instanceof EnvelopeRefused)) throw error;
    context.addIssue({ code: 'custom', message: `${error.message} (rule ${error.rule})` });
  }
});

const DeviceType = z.enum(['desktop', 'mobile', 'web', 'cli']);

const Device = z
  .strictObject({
    device_name: z.string().min(1).max(100),
    device_type: DeviceType,
    platform: z.string().min(1).max(50),
    public_key: X25519PublicKey.optional().describe('X25519, of a pair whose private half stays on the device'),
  })
  .describe('where this sign-in happens; shown in the list of sessions');
export type Device = z.infer<typeof Device>;

export const DeviceView = z
  .object({
    id: DeviceId,
    device_name: z.string(),
    device_type: DeviceType,
    platform: z.string(),
    public_key: z.base64url().nullable().describe('X25519, as it was given at sign-in: believe the key log, not this'),
    key_statement: z
      .int()
      .positive()
      .nullable()
      .describe('the number of the statement in the key log that has this key; null when it is not signed, or revoked'),
    created_at: Instant,
    last_seen_at: Instant,
  })
  .meta({ id: 'Device', examples: renamedExamples });
export type DeviceView = z.infer<typeof DeviceView>;

/** How a client keeps its tokens. */
export const Mode = z
  .enum(['bearer', 'cookie'])
  .describe(
    'bearer, unless said: the answer has the tokens. cookie: they are set as cookies that no script can read, for pages ' +
      'of the server’s own origin (docs/browsers.md)',
  );

const E2eKeys = z.strictObject({
  master_key_id: bytes(16),
  slot: z.strictObject({ id: SlotId, wrapped_master_key: bytes(SLOT_BYTES) }),
  identity: bytes(IDENTITY_STATEMENT_BYTES).describe('the first statement of the key log, signed by its own key'),
  private_keys: z.tuple([bytes(PRIVATE_KEY_BYTES), bytes(PRIVATE_KEY_BYTES)]).describe('X25519, Ed25519, wrapped'),
});
export type E2eKeys = z.infer<typeof E2eKeys>;

export const RecoveryCode = z.strictObject({
  id: SlotId,
  verifier: base64urlKey(`HKDF(code, "${labels.recoveryAuth}"); the code itself stays with the user`),
  wrapped_master_key: bytes(SLOT_BYTES),
});

const E2eSignUp = z.strictObject({
  tier: z.literal('e2e'),
  user_id: UserId,
  email: Email,
  auth: z.literal(1).describe('how the authentication key was made'),
  password: base64urlKey(`the authentication key, HKDF(root, "${labels.auth}"); never the password`),
  kdf: Kdf,
  keys: E2eKeys,
  recovery: z.array(RecoveryCode).length(10),
  device: Device.optional(),
  mode: Mode.optional(),
});
export type E2eSignUp = z.infer<typeof E2eSignUp>;

/** A password that a uce user chooses; whether it may be chosen is checked with the address (credentials.ts). */
export const UcePassword = z
  .string()
  .min(1)
  .max(1_024)
  .describe('8 characters at least, in any script; not a common one, and not the address');

const UceSignUp = z.strictObject({
  tier: z.literal('uce'),
  email: Email,
  password: UcePassword,
  device: Device.optional(),
  mode: Mode.optional(),
});
export type UceSignUp = z.infer<typeof UceSignUp>;

export const SignUp = z.discriminatedUnion('tier', [UceSignUp, E2eSignUp]).meta({ id: 'SignUp' });
export type SignUp = z.infer<typeof SignUp>;

export const Prelogin = z.strictObject({ email: Email }).meta({ id: 'Prelogin' });
export type Prelogin = z.infer<typeof Prelogin>;
export const PreloginView = z.object({ kdf: KdfView }).meta({ id: 'PreloginAnswer', examples: preloginAnswerExamples });
export type PreloginView = z.infer<typeof PreloginView>;

const UceLogin = z.strictObject({
  tier: z.literal('uce').optional(),
  email: Email,
  password: z.string().min(1).max(1_024),
  device: Device.optional(),
  mode: Mode.optional(),
});
const E2eLogin = z.strictObject({
  tier: z.literal('e2e'),
  email: Email,
  password: base64urlKey('the authentication key'),
  device: Device.optional(),
  mode: Mode.optional(),
});
export const Login = z.union([UceLogin, E2eLogin]).meta({ id: 'Login' });
export type Login = z.infer<typeof Login>;

export const Refresh = z.strictObject({ refresh_token: z.string().min(1).max(500) }).meta({ id: 'Refresh' });

export const TokensView = z
  .object({
    access_token: z.string(),
    refresh_token: z.string(),
    token_type: z.literal('bearer'),
    expires_in: z.int().describe('seconds that the access token lives'),
  })
  .meta({ id: 'Tokens' });
export type TokensView = z.infer<typeof TokensView>;

/** What `tokens` is in an answer: cookie mode leaves it out. */
export const TokensUnlessCookies = TokensView.optional();

export const UserView = z
  .object({
    id: UserId,
    email: z.string(),
    is_email_verified: z.boolean(),
    tier: TierName,
    display_name: z.string().nullable(),
    time_zone: z.string().nullable(),
    locale: z.string().nullable(),
    settings: z.object({
      versions_kept: z
        .int()
        .describe('how many earlier versions of each entry are kept; fewer takes effect at the next edit'),
    }),
    created_at: Instant,
  })
  .meta({ id: 'User', examples: userExamples });
export type UserView = z.infer<typeof UserView>;

export const SignUpView = z
  .object({
    user: UserView,
    tokens: TokensUnlessCookies,
    device: DeviceView.optional().describe('the device that was given'),
    recovery_codes: z.array(z.string()).optional().describe('uce: shown this once; each opens the account one time'),
  })
  .meta({ id: 'SignedUp', examples: signedUpExamples });
export type SignUpView = z.infer<typeof SignUpView>;

export const KeysView = z
  .object({
    master_key_id: z.base64url(),
    kdf: KdfView,
    slot: z.object({ id: SlotId, wrapped_master_key: z.base64url() }),
    identity: z.base64url(),
    private_keys: z.array(z.base64url()).length(2),
  })
  .describe('the wrapped keys of an e2e account, as its client sent them')
  .meta({ id: 'WrappedKeys' });
export type KeysView = z.infer<typeof KeysView>;

export const LoginView = z
  .object({
    user: UserView,
    tokens: TokensUnlessCookies,
    device: DeviceView.optional().describe('the device that was given'),
    keys: KeysView.optional(),
    recovery_codes: z
      .array(z.string())
      .optional()
      .describe('of an imported account at its first sign-in: shown this once; each opens the account one time'),
  })
  .meta({ id: 'SignedIn', examples: signedInExamples });
export type LoginView = z.infer<typeof LoginView>;

export const RefreshView = z
  .object({ tokens: TokensUnlessCookies })
  .meta({ id: 'Refreshed', examples: refreshedExamples });
export type RefreshView = z.infer<typeof RefreshView>;
