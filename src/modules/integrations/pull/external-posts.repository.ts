import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/database.js';
import type { UserId } from '../../../platform/ids.js';

/** What was brought once, and is not brought again, deleted in the meantime or not. */
@Injectable()
export class ExternalPostsRepository {
  /** Notes a post of Facebook's; false when it was noted before. */
  async note(tx: Tx, userId: UserId, externalId: string): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      `INSERT INTO external_posts (user_id, provider, external_id) VALUES ($1, 'facebook', $2)
       ON CONFLICT DO NOTHING RETURNING external_id`,
      [userId, externalId],
    );
    return rows.length === 1;
  }
}
