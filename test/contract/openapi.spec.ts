import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import '../../src/app.module.js';
import { problems } from '../../src/platform/http/problem.js';
import { events } from '../../src/platform/queue/event.js';
import { reactions } from '../../src/reactions.js';

type Content = Record<string, { readonly schema: { readonly $ref?: string }; readonly examples?: object }>;
interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly security: unknown[];
  readonly tags: string[];
  readonly parameters?: { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Record<string, { readonly description: string; readonly content?: Content }>;
}
interface Document {
  readonly tags: { readonly name: string; readonly description?: string }[];
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, unknown> };
}

const document: Document = JSON.parse(readFileSync('openapi.json', 'utf8'));
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, path, ...operation })),
);

/** POSTs that ignore an Idempotency-Key, by the beginning of their path, each with the reason. A path ends with its slash. */
const IGNORING: Record<string, string> = {
  '/api/v1/integrations/facebook/connect': 'answers a secret, which is not kept to be answered again',
  '/api/v1/integrations/facebook/callback': 'a state is good once by itself',
  '/api/v1/auth/': 'their answers are secrets that are shown once, so nothing is kept of which to make them anew',
  '/api/v1/search': 'it only reads, or begins what is begun once anyway',
  '/api/v1/jobs/': 'what is cancelled twice is cancelled once',
  '/api/v1/entries/query': 'it only reads',
  '/api/v1/entries/batch/get': 'it only reads',
  '/api/v1/media/{id}/parts':
    'it makes nothing: its addresses end after five minutes, and asking again gives fresh ones',
};

/** The names of all properties in a schema, however deep. */
function propertyNames(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const own =
    'properties' in schema && typeof schema.properties === 'object' ? Object.keys(schema.properties ?? {}) : [];
  return [...own, ...Object.values(schema).flatMap(propertyNames)];
}

describe('the contract', () => {
  it('describes every tag that an operation has, and no other', () => {
    const described = document.tags.filter(({ description }) => description).map(({ name }) => name);
    expect(described.toSorted()).toEqual([...new Set(operations.flatMap(({ tags }) => tags))].toSorted());
  });

  it.each(operations)('$name says more than its summary, and shows what is sent and what is answered', (operation) => {
    const { description, requestBody, responses } = operation;
    expect(description).toMatch(/^\S.{15,}\.$/s);
    const fine = Object.entries(responses).filter(([status]) => status.startsWith('2'));
    const bodies = [requestBody, ...fine.map(([, answer]) => answer)].flatMap((body) =>
      Object.values(body?.content ?? {}),
    );
    for (const { examples } of bodies) expect(Object.keys(examples ?? {})).not.toEqual([]);
  });

  it.each(operations)(
    '$name is summarised, tagged, and says what can go wrong',
    ({ summary, tags, security, responses, path }) => {
      expect(summary).toMatch(/^[A-Z].{5,80}$/);
      expect(tags).toHaveLength(1);
      if (security.length > 0) expect(Object.keys(responses)).toContain('401');
      if (!path.startsWith('/health'))
        expect(Object.keys(responses).some((status) => status.startsWith('4'))).toBe(true);
      for (const [status, { description, content }] of Object.entries(responses)) {
        expect(description).not.toBe('');
        if (Number(status) >= 400) expect(Object.keys(content ?? {})).toEqual(['application/problem+json']);
      }
    },
  );

  it.each(operations.filter(({ requestBody }) => requestBody))(
    '$name takes a body with a name of its own',
    ({ requestBody }) => {
      expect(Object.keys(requestBody?.content ?? {})).toEqual(['application/json']);
      expect(requestBody?.content['application/json']?.schema.$ref).toMatch(/^#\/components\/schemas\/\w+$/);
    },
  );

  it('names everything in snake_case', () => {
    const inAddress = operations.flatMap((operation) => operation.parameters?.filter((p) => p.in !== 'header') ?? []);
    const parameters = inAddress.map(({ name }) => name);
    const properties = propertyNames(document.components.schemas);
    expect(
      [...new Set([...parameters, ...properties])].filter((name) => !/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name)),
    ).toEqual([]);
  });

  it('lets every POST be sent again with an Idempotency-Key, but those that ignore it for a reason', () => {
    const posts = operations.filter(({ name }) => name.startsWith('POST '));
    const taking = posts.filter(({ parameters }) => parameters?.some(({ name }) => name === 'Idempotency-Key'));
    const ignoring = posts.filter(({ path }) => Object.keys(IGNORING).some((prefix) => path.startsWith(prefix)));
    expect([...taking, ...ignoring].map(({ name }) => name).toSorted()).toEqual(
      posts.map(({ name }) => name).toSorted(),
    );
    expect(
      operations.flatMap(({ parameters }) => parameters ?? []).filter((p) => p.name === 'Idempotency-Key'),
    ).toHaveLength(taking.length);
  });

  it('lists every problem that the code declares, and docs/problems.md explains each, and no other', () => {
    const explained = [...readFileSync('docs/problems.md', 'utf8').matchAll(/^## (\S+\/\S+)$/gm)].flatMap(
      ([, type]) => type ?? [],
    );
    expect(explained.toSorted()).toEqual([...problems.keys()].toSorted());
  });

  it('gives every problem a sentence for people', () => {
    for (const { type, title, detail, status } of problems.values()) {
      expect(type).toMatch(/^[a-z]+\/[a-z]+(-[a-z]+)*$/);
      expect(title).toMatch(/^[A-Z][^.]+$/);
      expect(detail).toMatch(/^[A-Z].+\.$/);
      expect(status).toBeGreaterThanOrEqual(400);
    }
  });
});

describe('the events', () => {
  it('are all reacted to, and nothing reacts to what is not declared', () => {
    expect(Object.keys(reactions).toSorted()).toEqual([...events.keys()].toSorted());
  });
});
