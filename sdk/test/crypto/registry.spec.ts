import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  EnvelopeRefused,
  Field,
  historyType,
  hkdf,
  Kind,
  labels,
  ObjectType,
  pepperPrefixes,
  ready,
  rules,
  slotField,
  StatementType,
  Suite,
  Tier,
  toBase64url,
} from '../../src/crypto/index.js';

describe('the registry', () => {
  beforeAll(ready);

  it('has these labels, each for one purpose', () => {
    expect(Object.values(labels)).toEqual([
      'daybook/v1/auth',
      'daybook/v1/kek',
      'daybook/v1/wrap',
      'daybook/v1/search',
      'daybook/v1/tag',
      'daybook/v1/idempotency',
      'daybook/v1/import',
      'daybook/v1/refresh',
      'daybook/v1/access',
      'daybook/v1/grace',
      'daybook/v1/recovery-auth',
      'daybook/v1/recovery-kek',
      'daybook/v1/reset',
      'daybook/v1/api-key',
      'daybook/v1/commit',
      'daybook/v1/statement\0',
      'daybook/v1/history\0',
    ]);
    expect(new Set(Object.values(labels)).size).toBe(Object.keys(labels).length);
    expect(Object.values(pepperPrefixes)).toEqual(['kek', 'verify', 'prelogin']);
  });

  it('gives every label another key, and every salt too', () => {
    const key = new Uint8Array(32);
    const keys = Object.values(labels).flatMap((label) => [hkdf(key, label), hkdf(key, label, Uint8Array.of(1))]);
    expect(new Set(keys.map(toBase64url)).size).toBe(2 * Object.keys(labels).length);
  });

  it('never changes a number that was published', () => {
    expect(Tier).toEqual({ e2e: 0, uce: 1 });
    expect(Object.values(Kind)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(Object.values(Suite)).toEqual([1, 2, 3]);
    const { created, updated, deleted, restored, reverted, erased, pushed, accepted, brought, ...others } = historyType;
    const { media_added, media_deleted, media_restored, media_erased, ...ofAccount } = others;
    const ofEntries = [created, updated, deleted, restored, reverted, erased, pushed, accepted, brought];
    expect(ofEntries).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect([media_added, media_deleted, media_restored, media_erased]).toEqual([16, 17, 18, 19]);
    expect(Object.keys(ofAccount)).toEqual([
      'account_created',
      'password_changed',
      'password_reset',
      'recovery_codes_renewed',
      'recovery_code_used',
      'email_changed',
      'device_added',
      'device_removed',
      'refresh_token_reused',
      'api_key_made',
      'api_key_revoked',
      'account_locked',
      'account_unlocked',
      'integration_connected',
      'integration_disconnected',
    ]);
    expect(Object.values(ofAccount)).toEqual([32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46]);
    expect(StatementType).toEqual({ identity: 1, device: 2, revocation: 3 });
    expect(Object.values(ObjectType)).toEqual([1, 2, 3, 4, 5, 6, 7, 0x100, 0x101, 0x102]);
    expect(Field).toEqual({ none: 0, indexCard: 1, x25519: 1, ed25519: 2 });
    const { password, recovery, refresh, access, grace, reset, apiKey, device, passkey } = slotField;
    expect([password, recovery, refresh, access, grace, reset, apiKey, device, passkey]).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
  });

  it('says of every rule in a fixed sentence what was refused', () => {
    for (const rule of rules) {
      const refused = new EnvelopeRefused(rule);
      expect(refused).toMatchObject({ name: 'EnvelopeRefused', rule });
      expect(refused.message).toMatch(/^(The|What) [^\n]+[^.]$/);
      expect(rule).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    }
  });
});
