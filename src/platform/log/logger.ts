import { Injectable, type INestApplicationContext } from '@nestjs/common';
import { Logger } from 'nestjs-pino';

/** What Nest tells of its own start, module by module and route by route: nobody reads it twice. */
const chatter = new Set(['NestFactory', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestApplication']);

/** Nest's logger on pino, without Nest's chatter about its own start. */
@Injectable()
export class QuietLogger extends Logger {
  override log(message: unknown, ...rest: unknown[]): void {
    if (!chatter.has(String(rest.at(-1)))) super.log(message, ...rest);
  }
}

/** What is logged before the logger is there waits for it. Of a start that fails `run` says why, once; nothing else is told. */
export const untilLogging = { bufferLogs: true, autoFlushLogs: false, abortOnError: false } as const;

/** Logs through pino from here on, first what has waited. */
export function startLogging(app: INestApplicationContext): void {
  app.useLogger(app.get(QuietLogger));
  app.flushLogs();
}
