import { z } from 'zod';
import { UserId } from '../../platform/ids.js';
import { event } from '../../platform/queue/event.js';
import { JobId } from '../../platform/jobs/jobs.schema.js';
import { ConnectionId } from './integrations.schema.js';

/** A user asked for it, or its hour has come: then nobody follows a job. */
export const FacebookPullAsked = event(
  'integrations.pull-asked',
  z.strictObject({ userId: UserId, connectionId: ConnectionId, jobId: JobId.nullable() }),
);
export const FacebookPushAsked = event('integrations.push-asked', z.strictObject({ userId: UserId, jobId: JobId }));
export const FacebookRevokeAsked = event('integrations.revoke-asked', z.strictObject({ userId: UserId, jobId: JobId }));
