/** Somebody waited for a turn longer than is worth it. */
export class NoTurn extends Error {
  constructor() {
    super('there was no turn in time');
    this.name = 'NoTurn';
  }
}

interface Line {
  busy: number;
  readonly waiting: (() => void)[];
}

/** Who asks for the same thing waits in line, first come, first served; others do not notice. */
export class Turns {
  private readonly lines = new Map<string, Line>();

  /**
   * @param atOnce how many may be at work for one key
   * @param waitMsMax how long somebody stands in line; as long as it takes unless given
   */
  constructor(
    private readonly atOnce: number,
    private readonly waitMsMax?: number,
  ) {}

  /** Does `work` when it is its turn among those with this key. @throws NoTurn; then nothing was done */
  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const line = this.lineOf(key);
    if (line.busy < this.atOnce) line.busy++;
    else await this.stand(line);
    try {
      return await work();
    } finally {
      this.leave(key, line);
    }
  }

  private lineOf(key: string): Line {
    const line = this.lines.get(key) ?? { busy: 0, waiting: [] };
    this.lines.set(key, line);
    return line;
  }

  private stand({ waiting }: Line): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = () => {
        clearTimeout(timer);
        resolve();
      };
      const giveUp = () => {
        waiting.splice(waiting.indexOf(begin), 1);
        reject(new NoTurn());
      };
      const timer = this.waitMsMax === undefined ? undefined : setTimeout(giveUp, this.waitMsMax);
      waiting.push(begin);
    });
  }

  /** A turn is handed on, so that nobody who comes later gets in between. */
  private leave(key: string, line: Line): void {
    const next = line.waiting.shift();
    if (next) return next();
    line.busy--;
    if (line.busy === 0) this.lines.delete(key);
  }
}
