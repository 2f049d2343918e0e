import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll } from '@jest/globals';

/** A server on loopback that notes every connection and every request that reach it. */
export class Canary {
  private readonly server: Server;
  readonly requests: IncomingMessage[] = [];
  connections = 0;
  port = 0;

  constructor(answer: RequestListener = (_request, response) => void response.end('{}')) {
    this.server = createServer((request, response) => {
      this.requests.push(request);
      answer(request, response);
    });
    this.server.on('connection', () => (this.connections += 1));
  }

  async start(port = 0, host = '127.0.0.1'): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(port, host, resolve);
    });
    this.port = (this.server.address() as AddressInfo).port;
    return this;
  }

  forget(): void {
    this.requests.length = 0;
    this.connections = 0;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** One for the tests of a file. */
export function useCanary(answer?: RequestListener): Canary {
  const canary = new Canary(answer);
  beforeAll(() => canary.start());
  afterAll(() => canary.stop());
  return canary;
}
