import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { useApi } from '../harness/api.js';
import { metricsOf, namesIn } from '../harness/metrics.js';

const read = (path: string) => readFileSync(path, 'utf8');
const alerts = read('ops/prometheus/alerts.yaml');
const alertTests = read('ops/prometheus/alerts.test.yaml');

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}
interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
}

const dashboards = readdirSync('ops/grafana')
  .filter((name) => name.endsWith('.json'))
  .map((name) => ({ name, dashboard: JSON.parse(read(`ops/grafana/${name}`)) as Dashboard }));
const expressions = dashboards.flatMap(({ dashboard }) =>
  dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
);

/** Whatever looks like the name of a series: a word with an underscore before `{`, `[`, or anything but `(`, and no label. */
function seriesIn(promql: string): string[] {
  const withoutLabels = promql.replaceAll(/\{[^}]*\}/g, '').replaceAll(/\b(by|without|on|ignoring) \([^)]*\)/g, '');
  return [...withoutLabels.matchAll(/\b([a-z]+(?:_[a-z0-9]+)+)\b(?!\s*\()/g)].map(([, name = '']) => name);
}

const namesOfAlerts = [...alerts.matchAll(/- alert: (\w+)/g)].map(([, name = '']) => name);

describe('alerts and dashboards', () => {
  const api = useApi({ withWorkers: true, environment: { OPS_PORT: '0' } });

  it('use series that a running instance has', async () => {
    const known = namesIn(await metricsOf(api.ops));
    const used = new Set([
      ...seriesIn([...alerts.matchAll(/expr: (\|\n(?: {10}.*\n)+|.*\n)/g)].map(([, expr]) => expr).join('\n')),
      ...expressions.flatMap(seriesIn),
    ]);
    expect(used.size).toBeGreaterThan(20);
    expect([...used].filter((name) => !known.has(name))).toEqual([]);
  });

  it('show every series of our own somewhere', async () => {
    const ours = [...namesIn(await metricsOf(api.ops))].filter((name) => name.startsWith('daybook_'));
    const used = new Set([alerts, ...expressions].flatMap(seriesIn));
    const families = ours.map((name) => name.replace(/_(bucket|sum|count)$/, ''));
    const shown = (family: string) => [family, `${family}_bucket`, `${family}_count`].some((name) => used.has(name));
    expect(families.filter((family) => !shown(family))).toEqual([]);
  });

  it.each(namesOfAlerts)('%s has a severity, and a runbook that is there', (name) => {
    const rule = alerts.split('- alert: ').find((part) => part.startsWith(`${name}\n`)) ?? '';
    expect(rule).toMatch(/severity: (critical|warning)/);
    expect(rule).toMatch(/summary: \S/);
    const [, file = '', anchor] = /runbook: (docs\/runbooks\/[\w-]+\.md)#([\w-]+)/.exec(rule) ?? [];
    expect(existsSync(file)).toBe(true);
    const anchors = [...read(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => slugOf(heading));
    expect(anchors).toContain(anchor);
  });

  it.each(namesOfAlerts)('%s is tried both ways', (name) => {
    const cases = alertTests.split('  - name: ').filter((one) => one.includes(`alertname: ${name}\n`));
    expect(cases.some((one) => one.includes('exp_labels'))).toBe(true);
    expect(cases.some((one) => one.includes('exp_alerts: []'))).toBe(true);
  });

  it.each(dashboards)('$name is named after its uid, and its panels lie beside each other', ({ name, dashboard }) => {
    expect(name).toBe(`${dashboard.uid}.json`);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    const taken = new Set<string>();
    for (const { title, gridPos } of dashboard.panels)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect({ title, x, isFree: x < 24 && !taken.has(`${x},${y}`) }).toEqual({ title, x, isFree: true });
          taken.add(`${x},${y}`);
        }
  });
});

/** The anchor of a heading, as GitHub makes it. */
const slugOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
