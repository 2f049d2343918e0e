/** How much of what the app may ask for is used up, as Meta's headers say. */
export interface Usage {
  /** Of the fullest of the limits. */
  readonly percent: number;
  /** Until there is room again, where that is said. */
  readonly regainMs: number;
}

const MINUTE_MS = 60_000;
const PERCENTAGES = ['call_count', 'total_time', 'total_cputime'] as const;

/**
 * X-App-Usage and X-Page-Usage are `{ call_count, total_time, total_cputime }` in percent; X-Business-Use-Case-Usage is a list
 * of these by business, with `estimated_time_to_regain_access` in minutes (Graph API, Rate Limits).
 */
export function usageOf(headers: Readonly<Record<string, string>>): Usage {
  const plain = ['x-app-usage', 'x-page-usage'].map((name) => parsed(headers[name]));
  const business = Object.values(record(parsed(headers['x-business-use-case-usage']))).flat();
  const all = [...plain, ...business].map(record);
  return {
    percent: Math.max(0, ...all.flatMap((usage) => PERCENTAGES.map((name) => amount(usage[name])))),
    regainMs: MINUTE_MS * Math.max(0, ...all.map((usage) => amount(usage['estimated_time_to_regain_access']))),
  };
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};

const amount = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);

function parsed(header: string | undefined): unknown {
  try {
    return JSON.parse(header ?? '{}');
  } catch {
    return {};
  }
}
