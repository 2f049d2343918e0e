import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import { Database, type Tx } from '../../../platform/database/database.js';
import { newId } from '../../../platform/ids.js';
import { ServerSecrets } from '../../../platform/secrets/server-secrets.js';
import { SecurityEvents } from '../../auth/accounts/security-events.js';
import { type Caller, sessionOf } from '../../auth/caller.js';
import type { ConnectionEntity } from '../connections/connection.entity.js';
import { ConnectionStanding } from '../connections/connection-standing.js';
import { ConnectionTokens } from '../connections/connection-tokens.js';
import { toConnectionView } from '../connections/connection.views.js';
import { ConnectionsRepository } from '../connections/connections.repository.js';
import { GraphApi, type Page } from '../graph/graph-api.js';
import { GraphFailed } from '../graph/graph-failed.js';
import {
  ConnectedElsewhere,
  ConnectNotFound,
  ConsentRefused,
  FacebookLimited,
  FacebookUnavailable,
  NotConfigured,
} from '../integrations.problems.js';
import type { ConnectBegunView, ConnectionId, ConnectionView, FacebookCallback } from '../integrations.schema.js';
import { Revocations } from '../revoke/revocations.js';
import { ConnectsRepository } from './connects.repository.js';

const WAITING_MS = 10 * 60_000;
const SECRET_BYTES = 32;

/** What Facebook says of a person who has agreed. */
interface Consent {
  readonly providerUserId: string;
  readonly token: string;
  readonly tokenExpiresAt: Date | null;
  readonly scopes: string[];
  readonly pages: readonly Page[];
}

/** Connecting a Facebook account: OAuth 2.0 with state and PKCE (RFC 6749, section 4.1; RFC 7636). */
@Injectable()
export class ConnectingService {
  constructor(
    private readonly db: Database,
    private readonly connects: ConnectsRepository,
    private readonly connections: ConnectionsRepository,
    private readonly tokens: ConnectionTokens,
    private readonly standing: ConnectionStanding,
    private readonly events: SecurityEvents,
    private readonly secrets: ServerSecrets,
    private readonly revocations: Revocations,
    private readonly graph: GraphApi,
    private readonly clock: Clock,
  ) {}

  /** Begins it: the state is for this user and session, once, and kept as a hash alone. @throws NotConfigured */
  async begin(caller: Caller): Promise<ConnectBegunView> {
    this.assertConfigured();
    const { userId, tier } = caller;
    const [state, verifier] = [randomText(), randomText()];
    const id = newId();
    const { sealed, serverKeyId } = this.secrets.seal({ userId, tier, objectId: id }, verifier);
    const expiresAt = this.clock.in(WAITING_MS);
    const stateHash = hashOf(state);
    await this.db.asUser(caller, (tx) =>
      this.connects.insert(tx, {
        userId,
        id,
        sessionId: sessionOf(caller),
        stateHash,
        sealedVerifier: sealed,
        serverKeyId,
        expiresAt,
      }),
    );
    const challenge = hashOf(verifier).toString('base64url');
    return { authorization_url: this.graph.dialogUrl({ state, challenge }), state };
  }

  /**
   * Ends it with what Facebook sent back. The state is used up first, whatever comes of it.
   * @throws NotConfigured, ConnectNotFound, ConsentRefused, ConnectedElsewhere, FacebookLimited, FacebookUnavailable
   */
  async finish(caller: Caller, { code, state }: FacebookCallback): Promise<ConnectionView> {
    this.assertConfigured();
    const verifier = await this.takeVerifier(caller, state);
    const consent = await this.consentFor(code, verifier);
    return this.db.asUser(caller, async (tx) => {
      await this.events.lock(tx, caller.userId);
      const connection = await this.keep(tx, caller, consent);
      const { userId, sessionId, deviceId } = caller;
      const subjectId = connection.id;
      await this.events.record(tx, { type: 'integration_connected', userId, sessionId, deviceId, subjectId });
      return toConnectionView(connection, await this.connections.listPages(tx, connection));
    });
  }

  private assertConfigured(): void {
    if (!this.graph.isConfigured) throw new NotConfigured();
  }

  private async takeVerifier(caller: Caller, state: string): Promise<string> {
    const { userId, tier } = caller;
    const waiting = await this.db.asUser(caller, async (tx) => {
      const found = await this.connects.take(tx, userId, sessionOf(caller), hashOf(state), this.clock.now());
      // What is asked for from now on must not be taken back by a job from before.
      if (found) await this.revocations.cancel(tx, caller);
      return found;
    });
    if (!waiting) throw new ConnectNotFound();
    const { id: objectId, sealedVerifier: sealed, serverKeyId } = waiting;
    return this.secrets.open({ userId, tier, objectId }, { sealed, serverKeyId });
  }

  private async consentFor(code: string, verifier: string): Promise<Consent> {
    try {
      const { token, seconds } = await this.graph.prolong(await this.graph.exchangeCode(code, verifier));
      const [providerUserId, scopes, pages] = await Promise.all([
        this.graph.personOf(token),
        this.graph.scopesOf(token),
        this.graph.pages(token).catch(withoutPages),
      ]);
      const tokenExpiresAt = seconds === null ? null : this.clock.in(seconds * 1000);
      return { providerUserId, token, tokenExpiresAt, scopes, pages };
    } catch (error) {
      if (!(error instanceof GraphFailed)) throw error;
      if (error.failure === 'away') throw new FacebookUnavailable({}, { cause: error });
      if (error.failure === 'limited')
        throw new FacebookLimited({ retry_after_seconds: Math.ceil(error.retryAfterMs / 1000) });
      throw new ConsentRefused({}, { cause: error });
    }
  }

  /** A connection that is there already is renewed, and keeps its id and what it has brought. */
  private async keep(tx: Tx, { userId, tier }: Caller, consent: Consent): Promise<ConnectionEntity> {
    const { providerUserId, token, tokenExpiresAt, scopes, pages } = consent;
    const before = await this.connections.findFacebook(tx, userId);
    if (before && before.providerUserId !== providerUserId) throw new ConnectedElsewhere();
    const id = before?.id ?? newId<ConnectionId>();
    const connection: ConnectionEntity = {
      userId,
      id,
      provider: 'facebook',
      providerUserId,
      tier,
      state: 'active',
      limitedUntil: null,
      scopes: scopes.toSorted(),
      ...this.tokens.sealUser({ userId, id, tier }, token),
      tokenExpiresAt,
      connectedAt: this.clock.now(),
      lastSyncedAt: before?.lastSyncedAt ?? null,
      pulledThrough: before?.pulledThrough ?? null,
      pullPlace: before?.pullPlace ?? null,
    };
    if (before) await this.connections.update(tx, before, connection);
    else await this.connections.insert(tx, connection);
    await this.connections.replacePages(tx, connection, this.tokens.sealPages(connection, pages));
    await this.standing.pullAfter(tx, connection, 0);
    return connection;
  }
}

/** Who did not allow us to see pages has none here. */
function withoutPages(error: unknown): Page[] {
  if (error instanceof GraphFailed && error.failure === 'permission') return [];
  throw error;
}

const randomText = () => randomBytes(SECRET_BYTES).toString('base64url');

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();
