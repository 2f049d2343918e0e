import type { ArchiveFiles } from '../../src/archives/archive-files.js';
import { type ArchiveFormat, formats } from '../../src/archives/formats.js';
import { type Found, type FoundEntry, isSkipped, type Skipped } from '../../src/archives/found.js';
import { defaultLimits, InflationBudget } from '../../src/archives/limits.js';

/** Files of an archive that never was one. */
export function filesOf(contents: Readonly<Record<string, string | object>>): ArchiveFiles {
  const budget = new InflationBudget(defaultLimits);
  return new Map(
    Object.entries(contents).map(([name, content]) => {
      const bytes = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
      const open = async function* (use: 'json' | 'media') {
        budget.take(bytes.length, bytes.length, bytes.length, use);
        yield bytes;
      };
      return [name, { name, bytes: bytes.length, open }];
    }),
  );
}

/** All that is found in files, in its order. */
export async function found(
  format: ArchiveFormat,
  contents: Readonly<Record<string, string | object>>,
  timeZone = 'UTC',
): Promise<{ readonly entries: FoundEntry[]; readonly skipped: Skipped[] }> {
  const all: Found[] = [];
  for await (const one of formats[format].read(filesOf(contents), { timeZone })) all.push(one);
  return { entries: all.filter((one): one is FoundEntry => !isSkipped(one)), skipped: all.filter(isSkipped) };
}
