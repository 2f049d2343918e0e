const formats = new Map<string, Intl.DateTimeFormat | undefined>();

/** From year 1 to year 9999: what a day can say. */
const atMin = Date.UTC(1970, 0, 2) - 719_162 * 86_400_000;
const atMax = Date.UTC(9999, 11, 30);

export const isTimeZone = (timeZone: string): boolean => formatOf(timeZone) !== undefined;

/** Whether a day can be told of this instant, in every zone. */
export const isDatable = (at: number): boolean => Number.isFinite(at) && at >= atMin && at <= atMax;

/** The day (`YYYY-MM-DD`) that it was in a time zone. @param at milliseconds since 1970, `isDatable` */
export function zonedDay(at: number, timeZone: string): string {
  const format = formatOf(timeZone);
  if (!format) throw new RangeError('not a time zone');
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const { year = '', month = '', day = '' } = Object.fromEntries(parts);
  return `${year.padStart(4, '0')}-${month}-${day}`;
}

function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  if (!formats.has(timeZone)) formats.set(timeZone, newFormat(timeZone));
  return formats.get(timeZone);
}

function newFormat(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en', {
      timeZone,
      calendar: 'iso8601',
      numberingSystem: 'latn',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
  } catch {
    return undefined;
  }
}
