import { readFileSync } from 'node:fs';

/** Named examples of a body, as the contract has them. */
// oxlint-disable-next-line typescript/no-explicit-any -- examples of every shape
export type Examples = Readonly<Record<string, { readonly value: any }>>;

interface Body {
  readonly content?: Readonly<Record<string, { readonly examples?: Examples }>>;
}
interface Operation {
  readonly requestBody?: Body;
  readonly responses: Readonly<Record<string, Body>>;
}

const { paths }: { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> } = JSON.parse(
  readFileSync('openapi.json', 'utf8'),
);

/** An answer that the contract promises where all goes well, with its examples. */
export interface Promised {
  /** `POST /api/v1/entries 201` */
  readonly name: string;
  readonly type: string;
  readonly examples: Examples;
}

export const promisedAnswers: readonly Promised[] = Object.entries(paths).flatMap(([path, item]) =>
  Object.entries(item).flatMap(([method, { responses }]) =>
    Object.entries(responses)
      .filter(([status]) => status.startsWith('2'))
      .flatMap(([status, { content }]) =>
        Object.entries(content ?? {}).map(([type, { examples }]) => ({
          name: `${method.toUpperCase()} ${path} ${status}`,
          type,
          examples: examples ?? {},
        })),
      ),
  ),
);

/** The examples of the body that an operation takes, by its path in the contract; none where it has none. */
export const bodyExamples = (method: string, path: string): Examples =>
  paths[path]?.[method.toLowerCase()]?.requestBody?.content?.['application/json']?.examples ?? {};

/** The path in the contract that a path is meant by; `/entries/tags` is not taken for `/entries/{id}`. */
export function pathOf(method: string, asked: string): string {
  const [found] = Object.entries(paths)
    .filter(([, item]) => Object.hasOwn(item, method.toLowerCase()))
    .map(([path]) => path)
    .filter((path) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(asked))
    .toSorted((a, b) => a.split('{').length - b.split('{').length);
  if (found === undefined) throw new Error(`${method} ${asked} is not in the contract`);
  return found;
}
