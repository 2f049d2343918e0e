import { Global, Inject, Logger, Module, type OnModuleInit } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { Config } from '../config/config.js';
import { Metrics } from '../metrics/metrics.js';
import { postgresOptions } from './data-source.js';
import { Database } from './database.js';
import { Due } from './due.js';
import { findDurabilityFaults } from './durability.js';
import { measurePool } from './pool-metrics.js';

@Global()
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [Config],
      useFactory: ({ values }: Config) => ({
        ...postgresOptions(values.DATABASE_URL.reveal(), values.DATABASE_POOL_MAX),
        autoLoadEntities: true,
        retryAttempts: 0,
      }),
    }),
  ],
  providers: [
    {
      provide: Database,
      inject: [DataSource, Config],
      useFactory: async (source: DataSource, { values }: Config) => {
        if (values.DATABASE_DURABILITY === 'required') await refuseForgetful(source);
        return new Database(source);
      },
    },
    Due,
  ],
  exports: [Database, Due],
})
export class DatabaseModule implements OnModuleInit {
  private readonly logger = new Logger(DatabaseModule.name);

  constructor(
    @Inject(DataSource) private readonly source: DataSource,
    private readonly metrics: Metrics,
  ) {}

  /** A checked-out client whose server goes away emits `error`; without a listener that would end the process. */
  onModuleInit(): void {
    const { driver } = this.source;
    if (!('master' in driver)) return;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- TypeORM does not type the pool of its driver
    const pool = driver.master as Pool;
    measurePool(pool, this.metrics);
    pool.on('connect', (client) => {
      client.on('error', (error) => this.logger.warn({ msg: 'a database connection was lost', err: error }));
    });
  }
}

/** A diary is not written to a database that may lose what it acknowledged. @throws Error that names each setting */
async function refuseForgetful(source: DataSource): Promise<void> {
  const faults = await findDurabilityFaults((sql) => source.query(sql));
  if (faults.length === 0) return;
  await source.destroy();
  const lines = faults.map(({ what, remedy }) => `  ${what}. ${remedy}`);
  throw new Error(
    `The database does not keep what it acknowledges:\n${lines.join('\n')}\n` +
      'For a database that nobody will miss, DATABASE_DURABILITY=ignored starts anyway.',
  );
}
