import { readFileSync } from 'node:fs';

/** One operation of the published contract; its path as it is called, with `{id}` where a parameter goes. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly hasBody: boolean;
  readonly isOpen: boolean;
  /** `POST /api/v1/entries`, as people and `public-routes.ts` name it. */
  readonly name: string;
}

interface Described {
  readonly requestBody?: unknown;
  readonly security?: unknown[];
}

/** Every operation of openapi.json. */
export function operations(): Operation[] {
  const { paths }: { paths: Record<string, Record<string, Described>> } = JSON.parse(
    readFileSync('openapi.json', 'utf8'),
  );
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { requestBody, security }]) => ({
      method: method.toUpperCase(),
      path,
      hasBody: requestBody !== undefined,
      isOpen: security?.length === 0,
      name: `${method.toUpperCase()} ${path}`,
    })),
  );
}
