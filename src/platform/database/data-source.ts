import pg from 'pg';
import type { DataSourceOptions } from 'typeorm';
import { migrations } from './migrations.js';

const POOL_WAIT_MS = 1_500;

// A day stays the text it is, and a 64-bit counter becomes a number: ours stay far below 2^53.
pg.types.setTypeParser(pg.types.builtins.DATE, String);
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** How this server speaks to PostgreSQL. Time limits belong to the roles (roles.ts), so that a pooler between keeps them. */
export const postgresOptions = (url: string, poolMax: number) =>
  ({
    type: 'postgres',
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
