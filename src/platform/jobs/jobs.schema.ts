import { z } from 'zod';
import { jobBegunExamples, jobExamples } from './examples.js';

export const JobId = z.uuidv7().toLowerCase().brand<'JobId'>();
export type JobId = z.infer<typeof JobId>;

export const JobState = z.enum(['queued', 'running', 'done', 'failed', 'cancelled']);
export type JobState = z.infer<typeof JobState>;

const JobProgress = z.object({
  done: z.int().nonnegative(),
  total: z.int().nonnegative().describe('as far as is known by now'),
});
export type JobProgress = z.infer<typeof JobProgress>;

const JobResult = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
  .describe('by kind; there when it is done');
export type JobResult = z.infer<typeof JobResult>;

const JobProblem = z
  .object({ type: z.string(), title: z.string(), status: z.int(), detail: z.string() })
  .describe('why it failed');
export type JobProblem = z.infer<typeof JobProblem>;

export const JobView = z
  .object({
    id: JobId,
    kind: z.string().describe('what is done, e.g. `search.index`'),
    state: JobState,
    progress: JobProgress,
    result: JobResult.optional(),
    problem: JobProblem.optional(),
  })
  .meta({ id: 'Job', examples: jobExamples });
export type JobView = z.infer<typeof JobView>;

/** What answers a request that has begun a job. */
export const JobBegunView = z
  .object({ job_id: JobId.describe('follow it at GET /jobs/{id}') })
  .meta({ id: 'JobBegun', examples: jobBegunExamples });
export type JobBegunView = z.infer<typeof JobBegunView>;
