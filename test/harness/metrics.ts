import type { Http } from './http.js';

/** One number: its name, its labels as they are written (`{…}`, or nothing), and its value. */
export interface Sample {
  readonly name: string;
  readonly labels: string;
  readonly value: number;
}

/** Reads Prometheus' text format. */
export const samplesIn = (text: string): Sample[] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = '', value = ''] = /^(\w+)(\{.*\})? (\S+)$/.exec(line) ?? [];
      if (name === '') throw new Error(`not a sample: ${line}`);
      return { name, labels, value: Number(value) };
    });

/** The names that are announced, those of histograms as they are queried. */
export function namesIn(text: string): Set<string> {
  const types = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = '', type = '']) => ({ name, type }));
  return new Set(
    types.flatMap(({ name, type }) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
}

/** What the port for operators says now. */
export async function metricsOf(ops: Http): Promise<string> {
  const { status, text } = await ops.get('/metrics');
  if (status !== 200) throw new Error(`/metrics answers ${status}: ${text}`);
  return text;
}

/** The value of one series; undefined where it is not there. `labels` is any part of them. */
export const valueOf = (text: string, name: string, ...labels: string[]): number | undefined =>
  samplesIn(text).find((sample) => sample.name === name && labels.every((label) => sample.labels.includes(label)))
    ?.value;
