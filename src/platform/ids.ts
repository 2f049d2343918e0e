import { v7 } from 'uuid';
import { z } from 'zod';

export const UserId = z.uuidv7().toLowerCase().brand<'UserId'>();
export type UserId = z.infer<typeof UserId>;

/** A fresh UUIDv7 (RFC 9562), ordered by the time it was made. */
export const newId = <Id extends string>(): Id => {
  const id: string = v7();
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place where the server makes ids
  return id as Id;
};
