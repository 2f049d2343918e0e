import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Global, Injectable, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';

/**
 * The way out: once asked to stop, readiness turns red and every answer closes its connection, while new requests are
 * still served until the load balancer has noticed; then the listener closes and what is under way finishes.
 */
@Injectable()
export class Drain implements BeforeApplicationShutdown {
  isDraining = false;
  /** How long requests are still taken after readiness turned red. */
  noticeMs = 0;

  async beforeApplicationShutdown(): Promise<void> {
    this.isDraining = true;
    if (this.noticeMs > 0) await sleep(this.noticeMs);
  }
}

@Global()
@Module({ providers: [Drain], exports: [Drain] })
export class DrainModule {}

/** Keep-alive clients are told to go, so that closing the listener cuts nobody off. */
export function closeConnectionsWhileDraining(app: NestFastifyApplication): void {
  const drain = app.get(Drain);
  const server: FastifyInstance = app.getHttpAdapter().getInstance();
  server.addHook('onSend', (_request, reply, payload, done) => {
    if (drain.isDraining) void reply.header('connection', 'close');
    done(null, payload);
  });
}
