import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import { Database } from '../../../platform/database/database.js';
import { UserDataSocket } from '../../../platform/user-data.js';
import type { Caller } from '../caller.js';
import type { ExportView } from './erasure.schema.js';

/** All that is held about an account (GDPR, article 15), as of one moment. */
@Injectable()
export class ExportService {
  constructor(
    private readonly db: Database,
    private readonly socket: UserDataSocket,
    private readonly clock: Clock,
  ) {}

  tell(caller: Caller): Promise<ExportView> {
    return this.db.asUser(caller, async (tx) => {
      const held: Record<string, unknown> = {};
      for (const source of this.socket.sources) held[source.name] = await source.tell(tx, caller);
      return { exported_at: this.clock.now().toISOString(), held };
    });
  }
}
