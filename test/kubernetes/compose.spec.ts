import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

interface Service {
  readonly image: string;
  readonly command?: string[];
  readonly depends_on?: Record<string, { condition: string }>;
  readonly volumes?: string[];
  readonly environment?: Record<string, string>;
  readonly healthcheck?: { test: string[] };
}

const { services, volumes }: { services: Record<string, Service>; volumes: Record<string, null> } = parse(
  readFileSync('compose.yaml', 'utf8'),
  { merge: true },
);
const all = Object.entries(services);

describe('compose.yaml', () => {
  it('names nothing that is nowhere: services, volumes, files, programs', () => {
    const sources = all.flatMap(([, { volumes: places = [] }]) => places.map((place) => place.split(':')[0] ?? ''));
    for (const source of sources) expect(source.startsWith('./') ? existsSync(source) : source in volumes).toBe(true);
    for (const [, { depends_on: waits = {} }] of all)
      for (const name of Object.keys(waits)) expect(Object.keys(services)).toContain(name);
    const programs = all.flatMap(([, { command = [] }]) => command.filter((word) => word.startsWith('dist/')));
    expect(programs.toSorted()).toEqual(
      ['main', 'migrate', 'object-store', 'worker'].map((name) => `dist/src/${name}.js`),
    );
    for (const program of programs) expect(existsSync(program.replace('dist/', '').replace('.js', '.ts'))).toBe(true);
  });

  it('pins every image, and waits for the health of what is asked', () => {
    for (const [, { image }] of all) expect(image).toMatch(/:\d+\.\d+(\.\d+)?(-\w+)?$/);
    for (const [, { depends_on: waits = {} }] of all)
      for (const [name, { condition }] of Object.entries(waits)) {
        if (condition === 'service_healthy') expect(services[name]?.healthcheck).toBeDefined();
        else expect(condition).toBe('service_completed_successfully');
      }
  });

  it('holds no secret', () => {
    const names = all.flatMap(([, { environment = {} }]) => Object.keys(environment));
    expect(names.filter((name) => /KEY|PEPPER|SECRET|PASSWORD$|DATABASE|REDIS/.test(name))).toEqual([]);
  });
});
