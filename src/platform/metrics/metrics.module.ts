import { Global, Module } from '@nestjs/common';
import { BuildInfo } from './build-info.js';
import { Metrics } from './metrics.js';
import { OpsServer } from './ops-server.js';

/** Numbers for operators, in every process, and the port that they are read at, where one is configured. */
@Global()
@Module({ providers: [Metrics, BuildInfo, OpsServer], exports: [Metrics, OpsServer] })
export class MetricsModule {}
