import { Injectable, Logger } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** A scrape waits no longer than this for what has to be asked of the database or the queues. */
const READING_MS_MAX = 2_000;

type Resettable = Pick<Gauge, 'reset' | 'remove'>;

/** What is looked up when somebody asks, and not more often than `everyMs`, however many ask. */
interface Reading {
  readonly name: string;
  readonly everyMs: number;
  readonly gauges: readonly Resettable[];
  readonly read: () => Promise<void>;
  readAt: number;
  running: Promise<void> | undefined;
}

/**
 * The numbers of this process, as Prometheus reads them. Labels come from lists that are fixed when the process starts
 * (routes, limits, queues, outcomes): never a user, an address, a URL or anything that somebody sent.
 */
@Injectable()
export class Metrics {
  private readonly logger = new Logger(Metrics.name);
  private readonly registry = new Registry();
  private readonly readings: Reading[] = [];
  private readonly failures: Counter<'reading'>;
  private readonly unlabelled = new Set<Resettable>();
  private isWatching = false;
  readonly contentType = this.registry.contentType;

  constructor() {
    this.failures = this.counter('daybook_metrics_failures_total', 'Readings that gave no numbers', ['reading']);
  }

  counter<Label extends string>(name: string, help: string, labelNames: readonly Label[] = []): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  gauge<Label extends string>(name: string, help: string, labelNames: readonly Label[] = []): Gauge<Label> {
    const gauge = new Gauge({ name, help, labelNames, registers: [this.registry] });
    if (labelNames.length === 0) this.unlabelled.add(gauge);
    return gauge;
  }

  /** A gauge that costs nothing to look at: `look` says its value whenever somebody asks. */
  looked(name: string, help: string, look: () => number): void {
    const set = (gauge: Gauge) => gauge.set(look());
    const options = { name, help, registers: [this.registry] };
    void new Gauge({
      ...options,
      collect() {
        set(this);
      },
    });
  }

  /** A number that only grows, and that something else counts already. */
  total(name: string, help: string, look: () => number): void {
    const set = (counter: Counter) => {
      counter.reset();
      counter.inc(look());
    };
    void new Counter({
      name,
      help,
      registers: [this.registry],
      collect() {
        set(this);
      },
    });
  }

  histogram<Label extends string>(
    name: string,
    help: string,
    buckets: readonly number[],
    labelNames: readonly Label[] = [],
  ): Histogram<Label> {
    return new Histogram({ name, help, labelNames, buckets: [...buckets], registers: [this.registry] });
  }

  /**
   * Announces gauges that `read` fills. Where it fails or takes too long, they have no value, since an old one would look
   * like a true one.
   */
  reading(name: string, everyMs: number, gauges: readonly Resettable[], read: () => Promise<void>): void {
    this.failures.inc({ reading: name }, 0);
    this.readings.push({ name, everyMs, gauges, read, readAt: -Infinity, running: undefined });
  }

  /** From now on also event loop, memory, garbage collection and handles: for processes that are asked for their numbers. */
  watchProcess(): void {
    if (this.isWatching) return;
    this.isWatching = true;
    collectDefaultMetrics({ register: this.registry });
  }

  /** All of it in Prometheus' text format. */
  async text(): Promise<string> {
    await Promise.all(this.readings.map((reading) => this.refresh(reading)));
    return this.registry.metrics();
  }

  private async refresh(reading: Reading): Promise<void> {
    if (performance.now() - reading.readAt < reading.everyMs) return;
    reading.running ??= this.run(reading).finally(() => (reading.running = undefined));
    await within(READING_MS_MAX, reading.running).catch(() => {
      for (const gauge of reading.gauges) this.forget(gauge);
    });
  }

  /** prom-client resets a gauge without labels to 0, which would be a number like any other. */
  private forget(gauge: Resettable): void {
    gauge.reset();
    if (this.unlabelled.has(gauge)) gauge.remove();
  }

  private async run(reading: Reading): Promise<void> {
    try {
      await reading.read();
      reading.readAt = performance.now();
    } catch (error) {
      this.failures.inc({ reading: reading.name });
      this.logger.warn({ msg: 'a part of the metrics could not be read', reading: reading.name, err: error });
      throw error;
    }
  }
}

/** Waits for `work`, and gives up on it after `milliseconds`; it goes on by itself. */
async function within(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('takes too long')), milliseconds);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
