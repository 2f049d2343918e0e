import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';

const LONG = 'daybook:long-answer';

/** Fastify cuts off whatever is still being sent when its handler's time is over: how fast, is the client's to say. */
const LONG_ANSWER_MS_MAX = 15 * 60 * 1000;

/** A route whose answer is a stream: a slow client may take 15 minutes for it. */
export const LongAnswer = () => RouteConfig({ [LONG]: true });

/** Gives such routes their time; before any route is added. */
export function allowLongAnswers(server: FastifyInstance): void {
  server.addHook('onRoute', (route) => {
    const config: object = route.config ?? {};
    if (LONG in config) route.handlerTimeout = LONG_ANSWER_MS_MAX;
  });
}
