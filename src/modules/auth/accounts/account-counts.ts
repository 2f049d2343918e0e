import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/database/database.js';
import { Metrics } from '../../../platform/metrics/metrics.js';

/** It reads every account there is, so not at every scrape. */
const EVERY_MS = 60_000;
const STATEMENT_TIMEOUT = '30s';

interface Counts {
  readonly uce: number;
  readonly e2e: number;
  readonly sessions: number;
  readonly storage_bytes: number;
}

/** How many accounts and sessions there are, and what all store together: sums that name nobody (migration CountAccounts). */
@Injectable()
export class AccountCounts {
  constructor(metrics: Metrics, db: Database) {
    const accounts = metrics.gauge('daybook_accounts', 'Accounts, by tier', ['tier']);
    const sessions = metrics.gauge('daybook_sessions', 'Sessions that have not ended');
    const bytes = metrics.gauge('daybook_storage_used_bytes', 'What all accounts store, as it is stored: sealed');
    metrics.reading('accounts', EVERY_MS, [accounts, sessions, bytes], async () => {
      const [counts]: Counts[] = await db.asSystem(async (tx) => {
        await tx.query(`SET LOCAL statement_timeout = '${STATEMENT_TIMEOUT}'`);
        return tx.query('SELECT uce, e2e, sessions, storage_bytes FROM count_accounts()');
      });
      if (!counts) throw new Error('no counts');
      accounts.set({ tier: 'uce' }, counts.uce);
      accounts.set({ tier: 'e2e' }, counts.e2e);
      sessions.set(counts.sessions);
      bytes.set(counts.storage_bytes);
    });
  }
}
