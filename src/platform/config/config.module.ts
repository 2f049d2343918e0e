import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Clock } from '../clock.js';
import { Config } from './config.js';

/** Config and clock, for everybody. */
@Global()
@Module({})
export class ConfigModule {
  static with(config: Config): DynamicModule {
    const providers = [{ provide: Config, useValue: config }, Clock];
    return { module: ConfigModule, providers, exports: [Config, Clock] };
  }
}
