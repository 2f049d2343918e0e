/** The day that it is at `now` in a zone; in UTC where none is set. */
export const dayIn = (timeZone: string | null, now: Date): string =>
  new Intl.DateTimeFormat('en-CA', {
    timeZone: timeZone ?? 'UTC',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(now);
