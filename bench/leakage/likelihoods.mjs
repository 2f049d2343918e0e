/** A stem's share of the known entries is believed as if there were so many at most: habits change over the years. */
const SEEN_MAX = 20;
/** Shares of the entries that a stem may be in; finer where it is rare. */
const SHARES = Array.from({ length: 80 }, (_, n) => ((n + 0.5) / 80) ** 2);

/** What it says of a bit and a stem that the bit is set in so many unknown entries. */
export class Likelihoods {
  #sizes;
  #setBy;
  #answers = new Map();

  /** @param sizes `known` and `unknown` entries, and `noise`: the share of all bits that is set */
  constructor(sizes) {
    this.#sizes = sizes;
    this.#setBy = SHARES.map((share) => 1 - (1 - share) * (1 - sizes.noise));
  }

  /**
   * Of a stem that is in `entries` known entries, and a bit that is set in `count` unknown ones.
   * @returns `log`: of how many times more probable the count is when the bit is the stem's than when it is a rare word's;
   *   `presence`: how probably an entry with the bit then has the stem
   */
  of(entries, count) {
    const name = entries * 0x10000 + count;
    let answer = this.#answers.get(name);
    if (!answer) this.#answers.set(name, (answer = this.#answer(entries, count)));
    return answer;
  }

  #answer(entries, count) {
    const logs = this.#logsOf(entries, count);
    const log = logSum(logs);
    const presence = logs.reduce((sum, term, n) => sum + Math.exp(term - log) * (SHARES[n] / this.#setBy[n]), 0);
    return { log: log - logSum(this.#logsOf(1, count)), presence };
  }

  /** By each share that the stem may have: the share is beta-distributed, the count binomially. */
  #logsOf(entries, count) {
    const { known, unknown } = this.#sizes;
    const seen = Math.min(known, SEEN_MAX);
    const having = (entries * seen) / known;
    // The last term is the width of the step.
    const beliefs = SHARES.map(
      (share) => (having - 0.3) * Math.log(share) + (seen - having - 0.5) * Math.log(1 - share) + Math.log(share) / 2,
    );
    const all = logSum(beliefs);
    return beliefs.map(
      (belief, n) => belief - all + count * Math.log(this.#setBy[n]) + (unknown - count) * Math.log(1 - this.#setBy[n]),
    );
  }
}

function logSum(logs) {
  const max = Math.max(...logs);
  return max + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - max), 0));
}
