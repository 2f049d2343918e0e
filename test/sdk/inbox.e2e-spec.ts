import { Daybook, InboxScript, MemorySessionStore, type Tier } from '@daybook/sdk';
import { describe, expect, it } from '@jest/globals';
import { nativeArgon2, PASSWORD, useApi, weakestKdf } from '../harness/api.js';
import { eventually } from '../harness/eventually.js';

const said = {
  entry_date: '2026-11-21',
  title: 'Weather',
  content: 'Four degrees.',
  mood: 'calm',
  tags: ['weather'],
  location: { name: 'Roof' },
  language: 'en',
};

describe.each<Tier>(['uce', 'e2e'])('an inbox of tier %s', (tier) => {
  const api = useApi();

  const signUp = async () => {
    const native = { kdf: weakestKdf, argon2: nativeArgon2 };
    const account = { url: api.origin, tier, email: api.newEmail(), password: PASSWORD, ...native };
    const store = new MemorySessionStore();
    const { daybook } = await Daybook.signUp({ ...account, store });
    // Its first request has brought along what waits for its key; the next that does is a minute away.
    await daybook.me();
    const { key } = await daybook.account.makeApiKey({ name: 'script', scopes: ['inbox:write'] });
    return { daybook, store, script: new InboxScript({ url: api.origin, apiKey: key }), apiKey: key };
  };

  it('shows what a script brought, and makes an entry of it that says the same', async () => {
    const { daybook, script } = await signUp();
    const { id } = await script.bring({ ...said, source: 'station', external_id: '1' });
    expect((await script.bring({ ...said, source: 'station', external_id: '1' })).id).toBe(id);
    const { data } = await daybook.inbox.list();
    expect(data).toHaveLength(1);
    const [item] = data;
    expect(item).toMatchObject({
      id,
      source: 'station',
      sealed_by: 'client',
      title: said.title,
      content: said.content,
    });
    if (!item) throw new Error('an empty inbox');
    expect(await daybook.inbox.accept(item)).toMatchObject({ ...said, id, version: 1 });
    expect(await daybook.entries.read(id)).toMatchObject({ ...said, id });
    expect((await daybook.inbox.list()).data).toEqual([]);
    await daybook.verifyHistory();
  });

  it('is gone through whole, in order', async () => {
    const { daybook, script } = await signUp();
    for (let n = 0; n < 3; n++) await script.bring({ content: `Number ${n}.` });
    const texts: string[] = [];
    for await (const { content } of daybook.inbox.acceptAll()) texts.push(content);
    expect(texts).toEqual(['Number 0.', 'Number 1.', 'Number 2.']);
    await eventually('it is empty', async () => ((await daybook.inbox.list()).data.length === 0 ? true : undefined));
  });

  it('takes back what was discarded', async () => {
    const { daybook, script } = await signUp();
    const { id } = await script.bring(said);
    await daybook.inbox.discard(id);
    expect((await daybook.inbox.list()).data).toEqual([]);
    expect((await daybook.inbox.list({ deleted: true })).data).toMatchObject([{ id, content: said.content }]);
    expect(await daybook.inbox.restore(id)).toMatchObject({ id, deleted_at: null });
  });

  it('is filled by a script that notices another past of the keys', async () => {
    const { script, apiKey } = await signUp();
    await script.bring(said);
    const pinned = script.keyLogHead;
    expect(pinned?.n).toBe(1);
    const again = new InboxScript({ url: api.origin, apiKey, ...(pinned && { pinned }) });
    expect((await again.bring(said)).id).toEqual(expect.any(String));
    const other = { n: 1, hash: Buffer.alloc(32, 1).toString('base64url') };
    const misled = new InboxScript({ url: api.origin, apiKey, pinned: other });
    await expect(misled.bring(said)).rejects.toThrow(expect.objectContaining({ name: 'EnvelopeRefused' }));
  });
});
