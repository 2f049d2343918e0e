import type { EmbeddedInstance } from './instance.js';

/** What `npm start` says once it serves: what runs, where the documents are, and a first thing to try. */
export function welcome(listening: string, { dataDir, migrated, storePort }: EmbeddedInstance): string {
  const { port } = new URL(listening);
  const url = `http://localhost:${port}`;
  return `
Daybook is running, with a PostgreSQL and an object store of its own in ${dataDir}${migrated.length > 0 ? ` (${migrated.length} migrations ran)` : ''}.

  API          ${url}/api/v1
  Swagger UI   ${url}/api/v1/docs
  Objects      http://localhost:${storePort}
  Mail         written to ${dataDir}/mail

Begin a diary:

  curl -s ${url}/api/v1/auth/signup -H 'Content-Type: application/json' \\
    -d '{"tier":"uce","email":"ada@example.com","password":"a rainy sunday with cocoa"}'

Ctrl-C stops everything; the data stays.
`;
}
