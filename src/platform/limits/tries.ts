import { Problem } from '../http/problem.js';
import { InvalidRequest } from '../http/request.problems.js';
import type { Counter, Standing } from './counters.js';
import type { Policy } from './policy.js';

export interface Taken {
  readonly policy: Policy;
  readonly counter: Counter;
  readonly key: string;
  /** The policy's points, by LIMITS_FACTOR. */
  readonly points: number;
  readonly standing: Standing;
}

interface Open extends Taken {
  /** Says how the caller stands after all. */
  readonly tell: (standing: Standing) => void;
}

/** The tries that one request took; they count until it is known how it ended. */
export class Tries {
  private readonly open: Open[] = [];

  add(taken: Taken, tell: Open['tell']): void {
    this.open.push({ ...taken, tell });
  }

  /** @param failure what was thrown; absent after a success */
  async end(failure?: unknown): Promise<void> {
    const isSuccess = failure === undefined;
    for (const taken of this.open.splice(0))
      if (isSuccess && taken.policy.isForgottenBySuccess) await forget(taken);
      else if (!isCounted(taken.policy, failure)) await giveBack(taken);
  }

  /** As if nothing had been tried. */
  async undo(): Promise<void> {
    for (const taken of this.open.splice(0)) await giveBack(taken);
  }
}

async function forget({ counter, key, points, standing, tell }: Open): Promise<void> {
  await counter.forget(key);
  tell({ ...standing, left: points });
}

async function giveBack({ counter, key, standing, tell }: Open): Promise<void> {
  await counter.giveBack(key, standing);
  tell({ ...standing, left: standing.left + 1 });
}

function isCounted({ counts }: Policy, failure: unknown): boolean {
  if (counts === 'tries') return failure === undefined || isDone(failure);
  return counts.some((kind) => failure instanceof kind);
}

/** A request that was not as it should be, or that we failed to serve, has tried nothing. */
const isDone = (failure: unknown) =>
  failure instanceof Problem && failure.status < 500 && !(failure instanceof InvalidRequest);
