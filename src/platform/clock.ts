import { Injectable } from '@nestjs/common';

/** The only source of "now", so that a test can stop it. Milliseconds, as everything on the wire and in the ledger. */
@Injectable()
export class Clock {
  now(): Date {
    return new Date();
  }

  /** The instant `milliseconds` from now. */
  in(milliseconds: number): Date {
    return new Date(this.now().getTime() + milliseconds);
  }
}
