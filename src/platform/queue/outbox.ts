import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { Tx } from '../database/database.js';
import { newId, type UserId } from '../ids.js';
import { type Delivery, type Event, events } from './event.js';

/** Which queues hear of which event. */
export type Reactions = Readonly<Record<string, readonly string[]>>;
export const REACTIONS = Symbol('reactions');

@Injectable()
export class Outbox {
  constructor(@Inject(REACTIONS) private readonly reactions: Reactions) {
    for (const name of events.keys()) if (!reactions[name]) throw new Error(`nobody reacts to the event ${name}`);
  }

  /** Records `event` in the transaction of the change it reports, once per queue; the relay queues it after commit. */
  async add<Name extends string, P extends z.ZodType<{ userId: UserId }>>(
    tx: Tx,
    event: Event<Name, P>,
    payload: z.input<P>,
  ): Promise<void> {
    const checked = event.payload.parse(payload);
    for (const queue of this.reactions[event.name] ?? [])
      await tx.query(`INSERT INTO outbox (user_id, id, queue, event, payload) VALUES ($1, $2, $3, $4, $5)`, [
        checked.userId,
        newId(),
        queue,
        event.name,
        checked,
      ]);
  }

  /** Whether the effect of `delivery` is still to come. An event may be delivered more than once. */
  async isPending(tx: Tx, { userId, id }: Delivery): Promise<boolean> {
    const rows: unknown[] = await tx.query(`SELECT FROM outbox WHERE user_id = $1 AND id = $2`, [userId, id]);
    return rows.length === 1;
  }

  /** Marks `delivery` done, in the transaction of its effect; false when another delivery of it was faster. */
  async done(tx: Tx, { userId, id }: Delivery): Promise<boolean> {
    const [, count]: [unknown, number] = await tx.query(`DELETE FROM outbox WHERE user_id = $1 AND id = $2`, [
      userId,
      id,
    ]);
    return count === 1;
  }
}
