import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../../platform/ids.js';
import type { TierName } from '../../tiers/tiers.schema.js';
import type { PostsPlace } from '../graph/graph.schema.js';
import type { ConnectionId, ConnectionState } from '../integrations.schema.js';

/** An account at another service that a user has connected. */
@Entity('connections')
export class ConnectionEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: UserId;

  @PrimaryColumn('uuid')
  id!: ConnectionId;

  @Column('text')
  provider!: 'facebook';

  /** What Facebook calls the person, for this app alone. */
  @Column('text', { name: 'provider_user_id' })
  providerUserId!: string;

  @Column('text')
  tier!: TierName;

  @Column('text')
  state!: ConnectionState;

  @Column('timestamptz', { name: 'limited_until', nullable: true })
  limitedUntil!: Date | null;

  @Column('text', { array: true })
  scopes!: string[];

  /** Null when it is of no use any more. */
  @Column('bytea', { name: 'sealed_token', nullable: true })
  sealedToken!: Uint8Array | null;

  @Column('text', { name: 'server_key_id', nullable: true })
  serverKeyId!: string | null;

  @Column('timestamptz', { name: 'token_expires_at', nullable: true })
  tokenExpiresAt!: Date | null;

  @Column('timestamptz', { name: 'connected_at' })
  connectedAt!: Date;

  @Column('timestamptz', { name: 'last_synced_at', nullable: true })
  lastSyncedAt!: Date | null;

  /** What is older was brought. */
  @Column('timestamptz', { name: 'pulled_through', nullable: true })
  pulledThrough!: Date | null;

  /** Where a pull goes on that was broken off, and when it began. */
  @Column('jsonb', { name: 'pull_place', nullable: true })
  pullPlace!: { readonly place: PostsPlace; readonly begunAt: string } | null;
}
