import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { UserId } from '../ids.js';
import type { JobId, JobProblem, JobProgress, JobResult, JobState } from './jobs.schema.js';

/** Long work that a user asked for. Nothing in it is content: it is in the clear. */
@Entity('jobs')
export class JobEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: UserId;

  @PrimaryColumn('uuid')
  id!: JobId;

  /** `<module>.<what>`, as the module that does it calls it. */
  @Column('text')
  kind!: string;

  @Column('text')
  state!: JobState;

  @Column('jsonb')
  progress!: JobProgress;

  @Column('jsonb', { nullable: true })
  result!: JobResult | null;

  @Column('jsonb', { nullable: true })
  problem!: JobProblem | null;

  /** Where the work goes on; for whoever does it alone. */
  @Column('text', { nullable: true })
  place!: string | null;

  /** One more with each change. */
  @Column('integer')
  revision!: number;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
