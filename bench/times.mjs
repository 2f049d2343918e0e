/** How long things took, in milliseconds. */
export class Times {
  #sorted = [];

  add(milliseconds) {
    const after = this.#sorted.findIndex((known) => known > milliseconds);
    this.#sorted.splice(after === -1 ? this.#sorted.length : after, 0, milliseconds);
  }

  /** Does `work`, and notes how long it took; what it answers. */
  async time(work) {
    const from = performance.now();
    const answer = await work();
    this.add(performance.now() - from);
    return answer;
  }

  get count() {
    return this.#sorted.length;
  }

  /** The smallest that at least `percent` of all do not exceed; NaN where there is none. */
  percentile(percent) {
    return this.#sorted[Math.max(0, Math.ceil((percent / 100) * this.count) - 1)] ?? NaN;
  }

  get median() {
    return this.percentile(50);
  }
}
