import { type ArchiveFile, type ArchiveFiles, readJson } from './archive-files.js';
import { DayOneMedia } from './day-one-media.js';
import { readDayOneText } from './day-one-text.js';
import { locationOf, withinBounds } from './entry-bounds.js';
import { type Found, type FoundMedia, placeIn, type ReadingOptions, type Skipped } from './found.js';
import { type Fields, fieldsOf, isFields, itemsOf, numberOf, textOf } from './json.js';
import { isDatable, isTimeZone, zonedDay } from './zoned-day.js';

/** A journal is a JSON file beside the folders of its files, named like the journal. */
export const isDayOneFile = (name: string): boolean => /^(?:[^/]+\/)?[^/]+\.json$/.test(name) && !name.startsWith('__');

/** The entries of all journals in an export of Day One ("JSON in a ZIP file"). @throws ArchiveRefused `too-large` */
export async function* readDayOne(
  files: ArchiveFiles,
  options: ReadingOptions,
): AsyncGenerator<Found, void, undefined> {
  const media = new DayOneMedia(files);
  const seen = new Set<string>();
  for (const [name, file] of files) {
    if (!isDayOneFile(name)) continue;
    yield* readJournal(file, media, seen, options);
  }
}

async function* readJournal(
  file: ArchiveFile,
  media: DayOneMedia,
  seen: Set<string>,
  options: ReadingOptions,
): AsyncGenerator<Found, void, undefined> {
  const json = await readJson(file);
  if (typeof json === 'string') return yield { place: file.name, reason: json };
  const { entries } = fieldsOf(json.value);
  if (!Array.isArray(entries)) return yield { place: file.name, reason: 'not-an-entry' };
  for (const [index, item] of entries.entries()) {
    yield* readEntry(item, placeIn(file.name, 'entries', index), media, seen, options);
  }
}

function* readEntry(
  item: unknown,
  place: string,
  media: DayOneMedia,
  seen: Set<string>,
  options: ReadingOptions,
): Generator<Found> {
  const skipped = (reason: Skipped['reason']): Skipped => ({ place, reason });
  const uuid = isFields(item) ? textOf(item['uuid'])?.replaceAll('-', '').toUpperCase() : undefined;
  if (!isFields(item) || uuid === undefined || !/^[0-9A-Z]{8,64}$/.test(uuid)) return yield skipped('not-an-entry');
  const at = instantOf(item['creationDate']);
  if (at === undefined) return yield skipped('no-time');
  if (seen.has(uuid)) return yield skipped('twice');
  const { moments, ...text } = readDayOneText(typeof item['text'] === 'string' ? item['text'] : '');
  const found = [...media.find(item, moments, place)];
  yield* found.filter((one) => 'reason' in one);
  const files = found.filter((one): one is FoundMedia => !('reason' in one));
  const content = [text.content, weatherOf(fieldsOf(item['weather']))].filter(
    (part) => part !== undefined && part !== '',
  );
  if (text.content === '' && text.title === undefined && files.length === 0) return yield skipped('empty');
  const zone = textOf(item['timeZone']);
  const day = zonedDay(at, zone !== undefined && isTimeZone(zone) ? zone : options.timeZone);
  const bounded = withinBounds({
    entry_date: day,
    ...text,
    content: content.join('\n\n') || text.title || '…',
    ...aboutOf(item),
  });
  if (!bounded) return yield skipped('text-too-large');
  seen.add(uuid);
  yield { place, name: `entry ${uuid}`, at, draft: bounded, media: files };
}

/** UTC, to the second: `2026-11-21T07:45:00Z`. */
function instantOf(value: unknown): number | undefined {
  const text = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/.test(value) ? value : '';
  const at = Date.parse(text);
  return isDatable(at) ? at : undefined;
}

/** Tags, one more for what has a star, and the place. */
function aboutOf(entry: Fields) {
  const tags = itemsOf(entry['tags']).filter((tag): tag is string => typeof tag === 'string');
  const place = fieldsOf(entry['location']);
  const location = locationOf(
    ['userLabel', 'placeName', 'localityName', 'administrativeArea', 'country'].map((part) => textOf(place[part])),
    place,
  );
  const all = entry['starred'] === true ? ['Starred', ...tags] : tags;
  return { ...(all.length > 0 && { tags: all }), ...(location && { location }) };
}

/** A line for the end of the text. */
function weatherOf(weather: Fields): string | undefined {
  const celsius = numberOf(weather['temperatureCelsius']);
  const conditions = textOf(weather['conditionsDescription']);
  const degrees = celsius === undefined ? undefined : `${String(Math.round(celsius))} °C`;
  return [conditions, degrees].filter((part) => part !== undefined).join(', ') || undefined;
}
