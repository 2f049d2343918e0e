import { readFileSync } from 'node:fs';

const { $schema: _, ...swc } = JSON.parse(readFileSync(new URL('./.swcrc', import.meta.url), 'utf8'));
const typescript = { ...swc, swcrc: false, module: { type: 'es6' } };

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/src', '<rootDir>/test', '<rootDir>/sdk/test'],
  testMatch: ['**/*.spec.ts', '**/*.e2e-spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': ['@swc/jest', typescript] },
  transformIgnorePatterns: ['/node_modules/', '/dist/'],
  setupFiles: ['reflect-metadata'],
  globalSetup: './test/harness/global-setup.mjs',
  globalTeardown: './test/harness/global-teardown.mjs',
  testTimeout: 30_000,
  maxWorkers: 2,
  // What a test file has loaded as ES modules is not given back before its process ends.
  workerIdleMemoryLimit: '1GB',
};
