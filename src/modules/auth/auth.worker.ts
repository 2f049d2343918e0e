import { Processor } from '@nestjs/bullmq';
import { EventWorker, reaction } from '../../platform/queue/event.worker.js';
import { Letters } from './accounts/letters.js';
import { SignedUp } from './auth.events.js';
import { Expiry } from './sessions/expiry.js';

/** The name of the task that takes away expired slots and sessions. */
export const EXPIRE = 'auth.expire';

@Processor('auth', { concurrency: 4 })
export class AuthWorker extends EventWorker {
  constructor(letters: Letters, expiry: Expiry) {
    super(
      [reaction(SignedUp, ({ userId }, delivery) => letters.welcome(userId, delivery))],
      [{ name: EXPIRE, run: () => expiry.run() }],
    );
  }
}
