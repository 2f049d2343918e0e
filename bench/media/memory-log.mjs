// Loaded before a program (`node --import`), writes down what memory it has, again and again, and changes nothing else of it.
import { openSync, writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const SAMPLE_MS = 25;

if (isMainThread) {
  const file = openSync(process.env.MEMORY_LOG, 'a');
  setInterval(() => {
    const { rss, heapUsed, external } = process.memoryUsage();
    writeSync(file, `${Date.now()} ${rss} ${heapUsed + external}\n`);
  }, SAMPLE_MS).unref();
}
