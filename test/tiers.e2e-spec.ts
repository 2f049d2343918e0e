import { describe, expect, it } from '@jest/globals';
import { type TestUser, useApi } from './harness/api.js';
import { sealedDraft } from './harness/entries.js';
import { expectProblem } from './harness/problems.js';

const QUOTA = 2_000;

describe('what an account may do', () => {
  const api = useApi();

  it.each(['uce', 'e2e'] as const)('is said by tier: %s', async (tier) => {
    const user = tier === 'uce' ? await api.newUser() : await api.newE2eUser();
    const { status, body } = await user.get('/auth/features');
    expect(status).toBe(200);
    expect(body).toEqual({
      tier,
      features: { search: tier === 'uce', server_side_export: false, facebook_push: false, ai: false },
      storage: { used_bytes: 0, quota_bytes: 10 * 1024 ** 3 },
      limits: {
        body_bytes_max: 1_048_576,
        upload_bytes_max: 52_428_800,
        content_bytes_max: 262_144,
        title_characters_max: 500,
        tags_max: 50,
        tag_characters_max: 100,
        versions_max: 1_000,
        batch_max: 300,
        sessions_max: 20,
        api_keys_max: 20,
      },
    });
  });
});

describe('storage', () => {
  const api = useApi({ environment: { STORAGE_BYTES_MAX: String(QUOTA) } });
  const storage = async (user: TestUser) => (await user.get('/auth/features')).body.storage;
  const stored = async ({ id }: TestUser) => {
    const [row] = await api.database.look<{ bytes: number }>(
      'SELECT coalesce(sum(octet_length(sealed) + octet_length(wrapped_key)), 0)::int AS bytes FROM entries WHERE user_id = $1',
      [id],
    );
    return row?.bytes;
  };

  it('is counted as it is stored, in both tiers', async () => {
    const [ada, eve] = [await api.newUser(), await api.newE2eUser()];
    await ada.post('/entries', { content: 'Rain.' });
    await eve.post('/entries', sealedDraft(eve));
    for (const user of [ada, eve]) {
      const { used_bytes: used } = await storage(user);
      expect(used).toBeGreaterThan(256);
      expect(used).toBe(await stored(user));
    }
  });

  it('is not counted twice for an entry that was sent twice', async () => {
    const eve = await api.newE2eUser();
    const draft = sealedDraft(eve);
    await eve.post('/entries', draft);
    const before = await storage(eve);
    expect((await eve.post('/entries', draft)).status).toBe(200);
    expect(await storage(eve)).toEqual(before);
  });

  it('is full at the quota: what does not fit is refused whole, with the numbers', async () => {
    const ada = await api.newUser();
    const answer = await ada.post('/entries', { content: 'x'.repeat(QUOTA) });
    expectProblem(answer, 507);
    expect(answer.body).toMatchObject({ type: 'tiers/out-of-storage', used_bytes: 0, quota_bytes: QUOTA });
    expect(answer.body.wanted_bytes).toBeGreaterThan(QUOTA);
    expect((await ada.get('/entries')).body.data).toEqual([]);
    const created = await api.database.look('SELECT FROM ledger_events WHERE user_id = $1 AND type = 1', [ada.id]);
    expect(created).toEqual([]);
  });

  it('is not overdrawn by many who write at once', async () => {
    const ada = await api.newUser();
    const answers = await Promise.all(Array.from({ length: 10 }, () => ada.post('/entries', { content: 'Rain.' })));
    const { used_bytes: used } = await storage(ada);
    expect(used).toBeLessThanOrEqual(QUOTA);
    expect(used).toBe(await stored(ada));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 507]));
  });
});
