import { z } from 'zod';
import { UserId } from '../ids.js';

/** What every event carries: whose it is. The rest are ids and versions, never content, never an address. */
type Payload = z.ZodType<{ userId: UserId }>;

/** A fact that has happened, named `<module>.<past tense>`. */
export interface Event<Name extends string = string, P extends z.ZodType = z.ZodType> {
  readonly name: Name;
  readonly payload: P;
}

/** Every event declared so far, by name; start-up compares it with the reactions. */
export const events = new Map<string, Event>();

export function event<Name extends string, P extends Payload>(name: Name, payload: P): Event<Name, P> {
  if (events.has(name)) throw new Error(`event ${name} is declared twice`);
  const declared = { name, payload };
  events.set(name, declared);
  return declared;
}

/** One event on its way to one queue: the row of the outbox that waits for it to be done. */
export const Delivery = z.strictObject({ id: z.uuidv7(), userId: UserId, payload: z.unknown() });
export type Delivery = z.infer<typeof Delivery>;
