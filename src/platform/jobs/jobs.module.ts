import { Global, Injectable, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { Principal, Tx } from '../database/database.js';
import { UserData } from '../user-data.js';
import { JobEntity } from './job.entity.js';
import { Jobs } from './jobs.js';

/** What an account has asked for that takes long. */
@Injectable()
class JobsUserData extends UserData {
  readonly name = 'jobs';
  readonly tables = [{ name: 'jobs', key: 'id' }];

  async tell(tx: Tx, { userId }: Principal): Promise<unknown> {
    return tx.query(
      `SELECT id, kind, state, progress, result, problem, created_at, updated_at, finished_at, expires_at
       FROM jobs WHERE user_id = $1 ORDER BY id`,
      [userId],
    );
  }
}

@Global()
@Module({ imports: [TypeOrmModule.forFeature([JobEntity])], providers: [Jobs, JobsUserData], exports: [Jobs] })
export class JobsModule {}
