import { ApiExtension } from '@nestjs/swagger';

/**
 * Named examples of a body. One of a request works when it is sent as it stands, or says what of it an earlier answer has to
 * tell; one of an answer was answered by a server.
 */
export type Examples = Readonly<
  Record<string, { readonly summary: string; readonly description?: string; readonly value: object }>
>;

/** The same examples, each as a part of something larger: of a page, or with what is answered beside it. */
export const within = (examples: Examples, wrap: (value: object) => object): Examples =>
  Object.fromEntries(
    Object.entries(examples).map(([name, example]) => [name, { ...example, value: wrap(example.value) }]),
  );

/** Where examples wait until the document's builder (openapi.ts) puts them beside the body's schema. */
export const EXAMPLES = 'x-examples';

export const Accepts = (examples: Examples) => ApiExtension(EXAMPLES, { ...examples });
