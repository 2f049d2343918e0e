import type { DataSourceOptions } from 'typeorm';
import { migrations } from './migrations.js';
import { pg } from './pg.js';

const POOL_WAIT_MS = 1_500;

/** How this server speaks to PostgreSQL. Time limits belong to the roles (roles.ts), so that a pooler between keeps them. */
export const postgresOptions = (url: string, poolMax: number) =>
  ({
    type: 'postgres',
    driver: pg,
    url,
    poolSize: poolMax,
    synchronize: false,
    migrationsRun: false,
    logging: false,
    applicationName: 'daybook',
    installExtensions: false,
    extra: { connectionTimeoutMillis: POOL_WAIT_MS, keepAlive: true },
  }) satisfies DataSourceOptions;

/** The same, as the owner of the tables and one connection wide. */
export const migrationOptions = (ownerUrl: string) =>
  ({
    ...postgresOptions(ownerUrl, 1),
    migrations,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
  }) satisfies DataSourceOptions;
