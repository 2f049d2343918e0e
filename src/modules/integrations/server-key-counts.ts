import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';

/** How many secrets are sealed under which server key. */
export interface ServerKeyCount {
  readonly server_key_id: string;
  readonly count: number;
}

/** How far the server keys are used up. Counts are all that the database gives out for this (migration CreateIntegrations). */
@Injectable()
export class ServerKeyCounts {
  constructor(private readonly db: Database) {}

  count(): Promise<ServerKeyCount[]> {
    return this.db.asSystem((tx) =>
      tx.query('SELECT server_key_id, count FROM count_server_secrets() ORDER BY server_key_id'),
    );
  }
}
