import { rm } from 'node:fs/promises';

export default async function () {
  const { folder, postgres } = globalThis.daybookTestServices;
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
