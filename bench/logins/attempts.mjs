import { Times } from '../times.mjs';
import { send, signUpE2e, signUpUce } from './people.mjs';

const WARM_UP_ROUNDS_MAX = 5;
const UCE = 'uce@example.com';
const E2E = 'e2e@example.com';
const NOBODY = 'nobody@example.com';

/** In both forms that are wrong everywhere: a password, and an authentication key as e2e clients send it. */
const WRONG = { uce: 'a dry monday without', e2e: Buffer.alloc(32, 7).toString('base64url') };

const ADDRESSES = {
  uce: { 'wrong password': UCE, 'unknown address': NOBODY, 'address of the other tier': E2E },
  e2e: { 'wrong password': E2E, 'unknown address': NOBODY, 'address of the other tier': UCE },
};

/**
 * Sign-ins that all fail, one after the other, the three kinds in turns and each round beginning with another, so that what
 * else the machine does falls on all of them alike.
 * @returns for each tier of the request, each kind's times and the statuses that were answered
 */
export async function compareAttempts({ url, rounds, signal }) {
  await signUpUce(url, UCE, signal);
  await signUpE2e(url, E2E, signal);
  const warmUpRounds = Math.min(WARM_UP_ROUNDS_MAX, rounds);
  const results = [];
  for (const [tier, addresses] of Object.entries(ADDRESSES)) {
    const kinds = Object.entries(addresses).map(([kind, email]) => ({ kind, email, times: new Times() }));
    const statuses = {};
    for (let round = -warmUpRounds; round < rounds; round++) {
      const from = (round + warmUpRounds) % kinds.length;
      for (const { email, times } of [...kinds.slice(from), ...kinds.slice(0, from)]) {
        const attempt = () =>
          send(url, 'POST', '/auth/login', { body: { tier, email, password: WRONG[tier] }, signal });
        const { status } = await (round < 0 ? attempt() : times.time(attempt));
        if (round >= 0) statuses[status] = (statuses[status] ?? 0) + 1;
      }
    }
    results.push({ tier, statuses, kinds: kinds.map(({ kind, times }) => ({ kind, times })) });
  }
  return results;
}
