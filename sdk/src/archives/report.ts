import { type Skipped, type SkipReason, skipSentences } from './found.js';
import type { ArchiveFormat } from './formats.js';

/** What became of an archive. It says where things are, never what they say. */
export interface ImportReport {
  readonly v: 1;
  readonly format: ArchiveFormat;
  /** Nothing was written: `new` is what would be. */
  readonly is_dry_run: boolean;
  readonly entries: Tally;
  /** Photos, films and recordings of entries that are new. */
  readonly media: Tally;
  /** The first and the last day; null when there is no entry. */
  readonly days: { readonly from: string; readonly to: string } | null;
  readonly skipped: readonly Skipped[];
}

export interface Tally {
  readonly new: number;
  /** Imported before. */
  readonly present: number;
}

const placesShown = 20;

/** The report for people. */
export function reportText(report: ImportReport): string {
  const { entries, media, days, skipped, is_dry_run: isDryRun } = report;
  const verb = isDryRun ? 'would be imported' : 'imported';
  return [
    ...(isDryRun ? ['Nothing was changed. This is what an import would do:'] : []),
    `Entries: ${String(entries.new)} ${verb}, ${String(entries.present)} there before`,
    `Media:   ${String(media.new)} ${verb}, ${String(media.present)} there before`,
    ...(days ? [`Days:    ${days.from} to ${days.to}`] : []),
    `Skipped: ${String(skipped.length)}`,
    ...[...new Set(skipped.map(({ reason }) => reason))].flatMap((reason) => linesOf(reason, skipped)),
    '',
  ].join('\n');
}

function linesOf(reason: SkipReason, all: readonly Skipped[]): string[] {
  const skipped = all.filter((one) => one.reason === reason);
  const more = skipped.length - placesShown;
  return [
    `  ${String(skipped.length)} × ${skipSentences[reason]} (${reason})`,
    ...skipped.slice(0, placesShown).map(({ place }) => `    ${printable(place)}`),
    ...(more > 0 ? [`    and ${String(more)} more`] : []),
  ];
}

/** Names in an archive may have anything in them, also what moves a terminal's cursor. */
const printable = (place: string) => place.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\uFFFD');
