import { ApiExtension } from '@nestjs/swagger';

/** Named examples of a request body: each one works when it is sent as it stands. */
export type Examples = Readonly<Record<string, { readonly summary: string; readonly value: object }>>;

/** Where examples wait until the document's builder (openapi.ts) puts them beside the body's schema. */
export const EXAMPLES = 'x-examples';

export const Accepts = (examples: Examples) => ApiExtension(EXAMPLES, { ...examples });
