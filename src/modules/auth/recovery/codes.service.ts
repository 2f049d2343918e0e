import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import { Database } from '../../../platform/database/database.js';
import { invalidRequest } from '../../../platform/http/invalid-request.js';
import { SecurityEvents } from '../accounts/security-events.js';
import { Locked } from '../auth.problems.js';
import type { Caller, E2eCaller, UceCaller } from '../caller.js';
import { makeRecovery } from '../keys/account-keys.js';
import { acceptRecovery } from '../keys/e2e-gate.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { RecoveryRepository } from './recovery.repository.js';
import type { NewCodes, NewCodesView } from './recovery.schema.js';

/** A fresh set of recovery codes; the old ones are dead. */
@Injectable()
export class CodesService {
  constructor(
    private readonly db: Database,
    private readonly recovery: RecoveryRepository,
    private readonly sessions: SessionsService,
    private readonly events: SecurityEvents,
    private readonly clock: Clock,
  ) {}

  /** @throws Reauthenticate, Locked */
  async renew(caller: Caller, body: NewCodes): Promise<NewCodesView> {
    const codes = caller.tier === 'uce' ? this.make(caller, body) : this.accept(caller, body);
    const { userId, sessionId, deviceId } = caller;
    await this.db.asUser(caller, async (tx) => {
      await this.events.lock(tx, userId);
      await this.sessions.assertFreshPassword(tx, caller);
      await this.recovery.replaceCodes(tx, userId, codes);
      await this.events.record(tx, { type: 'recovery_codes_renewed', userId, sessionId, deviceId });
    });
    return caller.tier === 'uce' ? { recovery_codes: codes.flatMap(({ code }) => code ?? []) } : {};
  }

  private make({ userId, master }: UceCaller, { recovery }: NewCodes): RenewedCode[] {
    if (recovery)
      throw invalidRequest([{ pointer: '#/recovery', detail: 'is for e2e accounts; yours is uce: send nothing' }]);
    if (!master) throw new Locked();
    return makeRecovery(userId, master, this.clock.now());
  }

  private accept({ userId, masterKeyId }: E2eCaller, { recovery }: NewCodes): RenewedCode[] {
    if (!recovery)
      throw invalidRequest([
        {
          pointer: '#/recovery',
          detail: 'is missing: the client makes the codes of an e2e account',
        },
      ]);
    return acceptRecovery(recovery, { userId, masterKeyId, now: this.clock.now() });
  }
}

/** One new code, stored without what opens it; `code` is there only where the server made it. */
type RenewedCode = ReturnType<typeof acceptRecovery>[number] & { readonly code?: string };
