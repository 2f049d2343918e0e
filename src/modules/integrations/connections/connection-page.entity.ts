import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../../platform/ids.js';
import type { ConnectionId } from '../integrations.schema.js';

/** A page that a connected account may publish on. */
@Entity('connection_pages')
export class ConnectionPageEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: UserId;

  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'connection_id' })
  connectionId!: ConnectionId;

  @Column('text', { name: 'page_id' })
  pageId!: string;

  @Column('text')
  name!: string;

  @Column('bytea', { name: 'sealed_token' })
  sealedToken!: Uint8Array;

  @Column('text', { name: 'server_key_id' })
  serverKeyId!: string;
}
