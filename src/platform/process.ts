const CLOSE_TIMEOUT_MS = 25_000;

export interface Running {
  close(): Promise<void>;
}

/**
 * Runs a process to its end: SIGTERM and SIGINT close it in order, and it exits 0; after 25 s it goes anyway, with 1. What
 * cannot start says why, without a stack, on standard error.
 */
export async function run(start: () => Promise<Running>): Promise<void> {
  let closing: Promise<void> | undefined;
  const running = start();
  const stop = () => {
    if (closing) return;
    // Counts from the signal on: one that comes while something is waited for at the start ends the process, too.
    setTimeout(() => process.exit(1), CLOSE_TIMEOUT_MS).unref();
    closing = running.then(
      (started) => end(started),
      () => undefined,
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop);
  try {
    await running;
  } catch (error) {
    process.stderr.write(`Daybook cannot start. ${sentenceOf(error)}\n`);
    // Whatever was begun before it failed keeps nobody waiting.
    process.exit(1);
  }
}

/** Runs a job that ends by itself: 0 when it did its work, 1 and a sentence on standard error when it could not. */
export async function runOnce(work: () => Promise<string>): Promise<void> {
  try {
    process.stdout.write(`${await work()}\n`);
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`);
    process.exitCode = 1;
  }
}

async function end(started: Running): Promise<void> {
  await started.close();
  process.exit(0);
}

/** Of a name with several addresses, where none answers, Node's error says nothing itself. */
function sentenceOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(sentenceOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}
