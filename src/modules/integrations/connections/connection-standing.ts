import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import { Due } from '../../../platform/database/due.js';
import type { Tx } from '../../../platform/database/database.js';
import type { ConnectionEntity } from './connection.entity.js';
import { ConnectionsRepository } from './connections.repository.js';

/** The task of a connection that is due to be pulled (platform/database/due.ts). */
export const PULL = 'facebook.pull';

const HOUR_MS = 60 * 60_000;
const JITTER = 0.15;

/** How a connection stands, and when it is looked after next. */
@Injectable()
export class ConnectionStanding {
  constructor(
    private readonly connections: ConnectionsRepository,
    private readonly due: Due,
    private readonly clock: Clock,
  ) {}

  /** It works. */
  async active(tx: Tx, connection: ConnectionEntity, changed: Partial<ConnectionEntity> = {}): Promise<void> {
    await this.connections.update(tx, connection, { ...changed, state: 'active', limitedUntil: null });
    await this.pullAfter(tx, connection, HOUR_MS);
  }

  /** Facebook takes its token no more: it is forgotten, and nothing is asked until the user connects again. */
  async needsReconnect(tx: Tx, connection: ConnectionEntity): Promise<void> {
    const noToken = { sealedToken: null, serverKeyId: null, tokenExpiresAt: null };
    await this.connections.update(tx, connection, { ...noToken, state: 'needs_reconnect', limitedUntil: null });
    await this.connections.replacePages(tx, connection, []);
    await this.due.forget(tx, connection.userId, PULL, connection.id);
  }

  /** Facebook wants to be left alone for a while. */
  async limited(tx: Tx, connection: ConnectionEntity, retryAfterMs: number): Promise<void> {
    const limitedUntil = this.clock.in(retryAfterMs);
    await this.connections.update(tx, connection, { state: 'rate_limited', limitedUntil });
    await this.pullAfter(tx, connection, retryAfterMs * (1 + JITTER));
  }

  async outOfStorage(tx: Tx, connection: ConnectionEntity): Promise<void> {
    await this.connections.update(tx, connection, { state: 'out_of_storage', limitedUntil: null });
    await this.pullAfter(tx, connection, HOUR_MS);
  }

  /** Not all in the same second: `ms`, more or less. */
  async pullAfter(tx: Tx, { userId, id }: ConnectionEntity, ms: number): Promise<void> {
    const jitter = 1 + JITTER * (2 * Math.random() - 1);
    await this.due.set(tx, userId, PULL, id, this.clock.in(ms * jitter));
  }
}
