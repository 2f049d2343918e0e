import { rm } from 'node:fs/promises';

export default async function () {
  const { folder, postgres, pooler } = globalThis.daybookTestServices;
  await pooler?.stop();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
