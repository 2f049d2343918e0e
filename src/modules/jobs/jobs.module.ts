import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { JobStream } from './job-stream.js';
import { JobsController } from './jobs.controller.js';
import { JobsService } from './jobs.service.js';

/** Following the long work that a user asked for. */
@Module({ imports: [AuthModule], controllers: [JobsController], providers: [JobsService, JobStream] })
export class FollowedJobsModule {}
