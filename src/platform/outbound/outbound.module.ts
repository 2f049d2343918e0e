import { Module } from '@nestjs/common';
import { Clock } from '../clock.js';
import { Config } from '../config/config.js';
import { Outbound } from './outbound.js';

/** Requests to other services. */
@Module({
  providers: [
    {
      provide: Outbound,
      inject: [Config, Clock],
      useFactory: (config: Config, clock: Clock) => new Outbound(config, clock),
    },
  ],
  exports: [Outbound],
})
export class OutboundModule {}
