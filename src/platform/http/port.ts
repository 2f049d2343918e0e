import { once } from 'node:events';
import { createServer } from 'node:net';

/** Whether the server can listen there: looked at before a database is started for it. @throws Error that names the setting */
export async function assertPortFree(host: string, port: number): Promise<void> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (cause) {
    throw new Error(`The API cannot listen on port ${port}: set PORT to one that is free.`, { cause });
  }
  server.close();
  await once(server, 'close');
}
