import { randomFillSync } from 'node:crypto';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { Daybook, type Tier, unwrap } from '@daybook/sdk';
import { type ContentKey, createContentKey, openMedia, sealedMediaBytes } from '@daybook/sdk/crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { nativeArgon2, PASSWORD, useApi, weakestKdf } from '../harness/api.js';
import { StoreWorld } from '../storage/store-world.js';

const KIB = 1024;
const MIB = 1024 * KIB;
/** What is 50 MiB when it is sealed: the most that is taken. */
const LARGEST = 50 * MIB - 48 - 800 * 17;
const SIZES = [0, 1, 64 * KIB - 1, 64 * KIB, 64 * KIB + 1, 5 * MIB, LARGEST];

const filled = (length: number) => randomFillSync(new Uint8Array(length));
const isSame = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
const bytesOf = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer());

async function drained(portions: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0;
  for await (const portion of portions) length += portion.length;
  return length;
}

/**
 * All that a client does with a file, from its upload to its erasure, in both tiers and every size that matters; and what lies
 * in the store meanwhile, as whoever has the store's own key sees it.
 */
export function describeMediaFlow(where: string, environmentOf: () => Record<string, string>): void {
  describe.each(['uce', 'e2e'] as const)(`a file of an account of tier %s, in ${where},`, (tier: Tier) => {
    const environment: Record<string, string> = {};
    let world: StoreWorld;
    beforeAll(() => {
      Object.assign(environment, environmentOf());
      world = new StoreWorld(environment);
    });
    const api = useApi({ environment });
    afterAll(() => world.close());

    const signUp = async () => {
      const native = { kdf: weakestKdf, argon2: nativeArgon2 };
      const account = { url: api.origin, tier, email: api.newEmail(), password: PASSWORD, ...native };
      const { daybook } = await Daybook.signUp(account);
      return { daybook, account };
    };
    /** The keys of what the store has of a user: objects, and uploads that are not complete. */
    const held = async ({ user }: Daybook) => {
      const { items: objects } = await world.store.list(`media/${user.id}/`);
      const { items: uploads } = await world.store.listUploads(`media/${user.id}/`);
      return [...objects, ...uploads].map(({ key }) => key);
    };
    const rawOf = async (daybook: Daybook, id: string) => {
      const key = (await held(daybook)).find((name) => name.includes(id));
      const { Body } = await world.client.send(new GetObjectCommand({ Bucket: world.bucket, Key: key }));
      return Body?.transformToByteArray() ?? new Uint8Array();
    };
    /** That `sealed` opens with no key but its own, and in no other place. */
    const expectSealed = async (daybook: Daybook, id: string, sealed: Uint8Array, plain: Uint8Array) => {
      if (plain.length > 1000) expect(Buffer.from(sealed).includes(Buffer.from(plain.subarray(100, 132)))).toBe(false);
      const known = unwrap(await daybook.api.GET('/api/v1/media/{id}', { params: { path: { id } } }));
      expect(JSON.stringify(known)).not.toContain('only-for-me');
      const place = { tier, userId: daybook.user.id, mediaId: id };
      const opened = (contentKey: ContentKey, mediaId = id) =>
        drained(openMedia({ ...place, mediaId, contentKey }, [sealed]));
      const keyId = sealed.slice(8, 24);
      await expect(opened({ id: keyId, key: createContentKey().key })).rejects.toMatchObject({
        rule: 'authentication',
      });
      await expect(opened(createContentKey())).rejects.toMatchObject({ name: 'EnvelopeRefused' });
      if (known.tier !== 'uce') return;
      const own = { id: keyId, key: new Uint8Array(Buffer.from(known.key, 'base64url')) };
      expect(await opened(own)).toBe(plain.length);
      await expect(opened(own, daybook.user.id)).rejects.toMatchObject({ rule: 'authentication' });
    };

    it.each(SIZES)('comes back as it was, and goes when it is erased: %d bytes', async (size) => {
      const { daybook, account } = await signUp();
      const [plain, small] = [filled(size), filled(700)];
      const metadata = { file_name: 'only-for-me ❄.jpg', width: 4032, height: 3024 };
      const seen: number[] = [];
      const { id, history_head } = await daybook.media.upload(plain, {
        contentType: 'image/jpeg',
        metadata,
        thumbnail: { source: small, contentType: 'image/webp', metadata: { width: 64 } },
        onProgress: ({ doneBytes }) => void seen.push(doneBytes),
      });
      expect(history_head.seq).toBeGreaterThan(1);
      expect([seen.at(-1), seen.length]).toEqual([sealedMediaBytes(size), size > 16 * MIB ? 7 : 1]);

      // Another device, which knows the password and nothing else.
      const second = await Daybook.signIn(account);
      const item = await second.media.get(id);
      expect(item).toMatchObject({ id, tier, state: 'ready', byte_size: sealedMediaBytes(size), metadata });
      expect((await second.media.list()).data).toEqual([item]);
      const [{ blob }, shown] = [await second.media.download(id), await second.media.thumbnail(id)];
      expect(isSame(await bytesOf(await blob()), plain)).toBe(true);
      expect(shown?.item).toMatchObject({ id: item.thumbnail_id, thumbnail_of: id, metadata: { width: 64 } });
      expect(shown && isSame(await bytesOf(await shown.blob()), small)).toBe(true);
      await expectSealed(daybook, id, await rawOf(daybook, id), plain);

      await second.media.delete(id);
      expect((await daybook.media.list()).data).toEqual([]);
      expect((await daybook.media.list({ isDeleted: true })).data).toMatchObject([{ id, metadata }]);
      expect(await daybook.media.restore(id)).toMatchObject({ deleted_at: null, metadata });
      expect(isSame(await bytesOf(await (await daybook.media.download(id)).blob()), plain)).toBe(true);
      expect(await held(daybook)).toHaveLength(2);
      await daybook.media.erase(id);
      expect(await held(daybook)).toEqual([]);
      await daybook.media.erase(id);
      await expect(second.media.get(id)).rejects.toMatchObject({ type: 'media/erased' });
      const { storage } = unwrap(await daybook.api.GET('/api/v1/auth/features'));
      expect(storage.used_bytes).toBe(0);
    });

    it('is refused before a byte is sent when it is one byte too large', async () => {
      const { daybook } = await signUp();
      const upload = daybook.media.upload({ size: LARGEST + 1, stream: () => [] }, { contentType: 'image/jpeg' });
      await expect(upload).rejects.toMatchObject({ type: 'media/too-large' });
      expect(await held(daybook)).toEqual([]);
    });
  });
}
