import { Injectable } from '@nestjs/common';
import { Database, type Principal, type Tx } from '../../platform/database/database.js';
import { type Tally, UserData, UserDataSocket } from '../../platform/user-data.js';
import { MediaRepository } from './media.repository.js';
import { Objects } from './objects.js';

const SLICE = 20;

/** Photos, sound and video: objects first, then what is known of them. */
@Injectable()
export class MediaUserData extends UserData {
  readonly name = 'media';
  readonly tables = [
    { name: 'entry_media', key: 'media_id' },
    { name: 'media_parts', key: 'media_id' },
    { name: 'media', key: 'id' },
  ];

  constructor(
    socket: UserDataSocket,
    db: Database,
    private readonly media: MediaRepository,
    private readonly objects: Objects,
  ) {
    super(socket, db);
  }

  /** How much it is; the objects themselves are `GET /media`. */
  async tell(tx: Tx, { userId }: Principal) {
    return tx.query(
      `SELECT content_type, state, count(*) AS objects, sum(byte_size)::bigint AS bytes
       FROM media WHERE user_id = $1 GROUP BY content_type, state ORDER BY content_type, state`,
      [userId],
    );
  }

  override async forget(user: Principal, tally: Tally): Promise<boolean> {
    const { userId } = user;
    const slice = await this.db.asUser(user, (tx) => this.media.listToForget(tx, userId, SLICE));
    for (const media of slice) await this.objects.erase(media);
    if (slice.length === 0) return super.forget(user, tally);
    await this.db.asUser(user, async (tx) => {
      for (const media of slice) await this.media.delete(tx, media);
      await tally(tx, { media: slice.length, objects: slice.length });
    });
    return true;
  }
}
