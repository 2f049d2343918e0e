import type { TestUser } from '../../harness/api.js';
import { newFile, partOf, put, sealedMetadata, WHOLE_BYTES_MAX } from '../../harness/media.js';
import type { Recorded } from '../../harness/recorded.js';
import { sha256 } from '../../harness/store.js';

/** Goes through the life of a photo, and announces a film that goes in parts. */
export async function walkMedia(user: TestUser, recorded: Recorded): Promise<void> {
  const photo = newFile(user, 2_048);
  const announced = { ...photo.announced, sealed_metadata: sealedMetadata(user, photo.announced.id) };
  const { body: reserved } = await recorded.send(user, 'POST', '/media/upload', announced);
  await recorded.send(user, 'POST', '/media/upload', announced);
  await put(reserved.upload, photo.bytes);
  await recorded.sendExample(user, 'POST', `/media/${reserved.id}/complete`, 'any');
  for (const path of ['', `/${reserved.id}`, `/${reserved.id}/download`])
    await recorded.send(user, 'GET', `/media${path}`);
  await recorded.send(user, 'DELETE', `/media/${reserved.id}`);
  await recorded.send(user, 'POST', `/media/${reserved.id}/restore`);

  const film = newFile(user, WHOLE_BYTES_MAX + 1, { content_type: 'video/mp4' });
  await recorded.send(user, 'POST', '/media/upload', film.announced);
  await recorded.send(user, 'POST', '/media/upload', film.announced);
  const parts = [{ number: 1, sha256: sha256(partOf(film.bytes, 1)).toString('base64url') }];
  await recorded.sendExample(user, 'POST', `/media/${film.announced.id}/parts`, 'any', { parts });
}
