import type { Pool, PoolClient } from 'pg';
import type { Metrics } from '../metrics/metrics.js';

const BUCKETS_SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 1.5];

type Connected = (error: Error | undefined, client: PoolClient | undefined, release: (gone?: unknown) => void) => void;

/** How many connections there are, who waits for one, and for how long. */
export function measurePool(pool: Pool, metrics: Metrics): void {
  metrics.looked('daybook_database_pool_max', 'Connections that this process may have', () => pool.options.max);
  metrics.looked('daybook_database_pool_connections', 'Connections that are open', () => pool.totalCount);
  metrics.looked('daybook_database_pool_idle', 'Connections that are open and free', () => pool.idleCount);
  metrics.looked('daybook_database_pool_waiting', 'Transactions that wait for a connection', () => pool.waitingCount);
  const seconds = metrics.histogram(
    'daybook_database_pool_wait_seconds',
    'How long transactions waited for a connection',
    BUCKETS_SECONDS,
  );
  const failures = metrics.counter('daybook_database_pool_failures_total', 'Connections that could not be had in time');

  const connect = pool.connect.bind(pool);
  const measured = (tell: Connected): void => {
    const end = seconds.startTimer();
    connect((error, client, release) => {
      end();
      if (error) failures.inc();
      tell(error, client, release);
    });
  };
  // As pg has it: a callback, or a promise where there is none.
  pool.connect = ((tell?: Connected) =>
    tell
      ? measured(tell)
      : new Promise<PoolClient>((resolve, reject) => {
          measured((error, client) => (client ? resolve(client) : reject(error)));
        })) as Pool['connect'];
}
