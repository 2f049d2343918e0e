import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';

/**
 * Closes connections on which no request is under way, once asked to, and the others as they finish. Node closes those that
 * have idled after an answer, but waits for clients that have connected and said nothing yet, as browsers do ahead of time.
 */
export function quietConnections(server: Server): { close(): void } {
  const open = new Set<Socket>();
  const busy = new Set<Socket>();
  let isClosing = false;

  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    if (isClosing) socket.destroy();
  });
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    busy.add(socket);
    response.once('close', () => {
      busy.delete(socket);
      if (isClosing) socket.end();
    });
  });
  return {
    close: () => {
      isClosing = true;
      for (const socket of open) if (!busy.has(socket)) socket.destroy();
    },
  };
}

/** The same as soon as the application closes. */
export function closeQuietConnections(app: NestFastifyApplication): void {
  const server: FastifyInstance = app.getHttpAdapter().getInstance();
  const connections = quietConnections(server.server);
  server.addHook('preClose', (done) => {
    connections.close();
    done();
  });
}
