import { once } from 'node:events';
import { createServer } from 'node:http';
import { testJwk } from './access-tokens.js';

/** Serves an attacker's key to whoever asks, at any path, and counts who comes. */
export async function startKeyServer(scalar: Buffer<ArrayBuffer>) {
  const { d: _, ...jwk } = testJwk(scalar);
  let connections = 0;
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/jwk-set+json');
    response.end(JSON.stringify({ keys: [{ ...jwk, kid: 'k1', alg: 'ES256', use: 'sig' }] }));
  }).on('connection', () => connections++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  return {
    port: address.port,
    jwk,
    connections: () => connections,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
