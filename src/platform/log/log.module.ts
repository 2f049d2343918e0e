import { type DynamicModule, Module } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { Config } from '../config/config.js';
import { allowed, errorLine, withoutErrorMessage } from './allow-list.js';
import { QuietLogger } from './logger.js';

/** JSON lines on standard output: what is not on the allow-list does not get out. */
@Module({})
export class LogModule {
  static with(): DynamicModule {
    return {
      module: LogModule,
      providers: [QuietLogger],
      exports: [QuietLogger],
      imports: [
        LoggerModule.forRootAsync({
          inject: [Config],
          useFactory: ({ values }: Config) => ({
            pinoHttp: {
              level: values.LOG_LEVEL,
              base: null,
              // Answers are told by one line of our own (access-log.ts), which knows the route and not the URL.
              autoLogging: false,
              formatters: { log: allowed, level: (label) => ({ level: label }) },
              timestamp: () => `,"time":"${new Date().toISOString()}"`,
              wrapSerializers: false,
              hooks: {
                logMethod(args, method) {
                  method.apply(this, withoutErrorMessage(args));
                },
              },
              serializers: { err: errorLine },
              // Of the request itself only its id goes into a line.
              quietReqLogger: true,
              customAttributeKeys: { reqId: 'requestId' },
            },
          }),
        }),
      ],
    };
  }
}
