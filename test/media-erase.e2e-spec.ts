import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { PASSWORD } from './harness/api.js';
import { everyRow } from './harness/leaks.js';
import { newFile, remove, sendFile, sendParts, upload, useMedia, WHOLE_BYTES_MAX } from './harness/media.js';

describe('an account with media that is erased', () => {
  const media = useMedia();
  const { api } = media;

  /** Goes on with the erasing in a process of its own, which is killed after one slice of media; how that process ended. */
  const eraseOneSlice = async (userId: string, eventId: string) => {
    const environment = { ...api.environment(), ...media.store.environment };
    const child = spawn(process.execPath, ['test/harness/erase-in-steps.mjs'], {
      env: {
        PATH: process.env['PATH'],
        ...environment,
        USER_ID: userId,
        EVENT_ID: eventId,
        SLICES: '0',
        SOURCE: 'media',
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [code, signal]: unknown[] = await once(child, 'exit');
    return code ?? signal;
  };

  it('loses its objects before its rows, however often that is killed, and nobody else loses any', async () => {
    const [ada, bob] = [await api.newUser(), await api.newUser()];
    const kept = (await upload(bob)).body.id;
    // More than one slice, with thumbnails that are not beside what they show.
    const ids: string[] = [];
    for (let count = 0; count < 25; count++) ids.push((await upload(ada)).body.id);
    for (const id of ids) await upload(ada, newFile(ada, 65, { thumbnail_of: id }));
    for (const id of ids.slice(0, 5)) await remove(ada, id);
    await sendFile(ada, newFile(ada));
    const inParts = newFile(ada, WHOLE_BYTES_MAX + 1);
    await ada.post('/media/upload', inParts.announced);
    await sendParts(ada, inParts.announced.id, inParts.bytes, [3]);
    const held = async () => (await media.held()).filter((name) => name.includes(ada.id));
    expect(await held()).toHaveLength(52);

    const { receipt } = (await ada.post('/auth/erase', { password: PASSWORD })).body;
    const [event] = await api.database.look<{ id: string }>(
      `SELECT id FROM outbox WHERE user_id = $1 AND event = 'auth.erasure-asked'`,
      [ada.id],
    );
    const endings: unknown[] = [];
    do {
      endings.push(await eraseOneSlice(ada.id, event?.id ?? 'none'));
      const rows = await api.database.look<{ id: string }>('SELECT id FROM media WHERE user_id = $1', [ada.id]);
      const known = new Set(rows.map(({ id }) => id));
      expect((await held()).filter((name) => !known.has(name.split('/')[2] ?? ''))).toEqual([]);
    } while (endings.at(-1) === 'SIGKILL' && endings.length < 20);
    // Three slices, and the rest.
    expect(endings).toEqual(['SIGKILL', 'SIGKILL', 'SIGKILL', 0]);
    expect(await held()).toEqual([]);
    expect((await api.http.get(`/auth/erasures/${receipt}`)).body).toMatchObject({
      state: 'erased',
      counts: { media: 52, objects: 52 },
    });
    const rows = await everyRow(api.database.superuserUrl);
    const left = rows.filter(({ text }) => text.includes(ada.id)).map(({ place }) => place);
    expect(left).toEqual(['public.erasures', 'public.outbox']);
    expect((await bob.get(`/media/${kept}/download`)).status).toBe(200);
  });
});
