import { Processor } from '@nestjs/bullmq';
import { EventWorker, reaction } from '../../platform/queue/event.worker.js';
import { Letters } from './accounts/letters.js';
import { SignedUp } from './auth.events.js';

@Processor('auth', { concurrency: 4 })
export class AuthWorker extends EventWorker {
  constructor(letters: Letters) {
    super(reaction(SignedUp, ({ userId }, delivery) => letters.welcome(userId, delivery)));
  }
}
