import { readFileSync } from 'node:fs';

/** One operation of the published contract; its path as it is called, with `{id}` where a parameter goes. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly hasBody: boolean;
  readonly isOpen: boolean;
  /** Whether it can be sent again with an Idempotency-Key. */
  readonly takesKey: boolean;
  /** The tier that alone has it; undefined where both do. */
  readonly tier: string | undefined;
  /** `POST /api/v1/entries`, as people and `public-routes.ts` name it. */
  readonly name: string;
}

interface Described {
  readonly requestBody?: unknown;
  readonly security: readonly object[];
  readonly parameters?: { readonly name: string }[];
  readonly 'x-required-tier'?: string;
}

/** Whether an operation needs nobody to be signed in: it has no requirement, or an empty one among them (OpenAPI 3.1). */
export const isOpen = (security: readonly object[]): boolean =>
  security.length === 0 || security.some((way) => Object.keys(way).length === 0);

/** Every operation of openapi.json. */
export function operations(): Operation[] {
  const { paths }: { paths: Record<string, Record<string, Described>> } = JSON.parse(
    readFileSync('openapi.json', 'utf8'),
  );
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { requestBody, security, parameters, 'x-required-tier': tier }]) => ({
      method: method.toUpperCase(),
      path,
      hasBody: requestBody !== undefined,
      isOpen: isOpen(security),
      takesKey: parameters?.some((parameter) => parameter.name === 'Idempotency-Key') ?? false,
      tier,
      name: `${method.toUpperCase()} ${path}`,
    })),
  );
}
