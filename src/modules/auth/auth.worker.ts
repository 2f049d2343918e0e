import { EventWorker, reaction } from '../../platform/queue/event.worker.js';
import { QueueWorker } from '../../platform/queue/pace.js';
import { Letters } from './accounts/letters.js';
import {
  AccountErased,
  EmailCodeAsked,
  ErasureAsked,
  PasswordChanged,
  RecoveryCodeUsed,
  SignedInElsewhere,
  SignedUp,
} from './auth.events.js';
import { Eraser } from './erasure/eraser.js';
import { Expiry } from './sessions/expiry.js';

/** The name of the task that takes away expired slots and sessions. */
export const EXPIRE = 'auth.expire';

@QueueWorker('auth')
export class AuthWorker extends EventWorker {
  constructor(letters: Letters, eraser: Eraser, expiry: Expiry) {
    super(
      [
        reaction(SignedUp, ({ userId }, delivery) => letters.welcome(userId, delivery)),
        reaction(SignedInElsewhere, ({ userId }, delivery) => letters.signedInElsewhere(userId, delivery)),
        reaction(PasswordChanged, ({ userId }, delivery) => letters.passwordChanged(userId, delivery)),
        reaction(RecoveryCodeUsed, ({ userId }, delivery) => letters.recoveryCodeUsed(userId, delivery)),
        reaction(EmailCodeAsked, ({ userId }, delivery) => letters.emailCode(userId, delivery)),
        reaction(ErasureAsked, ({ userId }, delivery) => eraser.erase(userId, delivery)),
        reaction(AccountErased, ({ userId }, delivery) => letters.accountErased(userId, delivery)),
      ],
      [{ name: EXPIRE, run: () => expiry.run() }],
    );
  }
}
