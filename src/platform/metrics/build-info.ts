import { createRequire } from 'node:module';
import { Injectable } from '@nestjs/common';
import { Metrics } from './metrics.js';

/** Which build this is, and what it runs on. */
@Injectable()
export class BuildInfo {
  constructor(metrics: Metrics) {
    metrics
      .gauge('daybook_build_info', 'Always 1; what runs is in the labels', ['version', 'node'])
      .set({ version: versionOf('daybook'), node: process.versions.node }, 1);
  }
}

/** package.json lies two folders above the sources and three above the build: found by its name. */
function versionOf(name: string): string {
  const require = createRequire(import.meta.url);
  for (const place of ['../../../package.json', '../../../../package.json']) {
    try {
      const found: { name: string; version: string } = require(place);
      if (found.name === name) return found.version;
    } catch {
      // Not there: the other place.
    }
  }
  return 'unknown';
}
