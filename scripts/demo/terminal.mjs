const BAR_WIDTH = 30;
const QUIET_MS = 10_000;
const { stdout } = process;

export const say = (line = '') => stdout.write(`${line}\n`);

/**
 * Progress of `total` steps: a bar on a terminal; elsewhere a line at the end, and now and then before. Call the result once
 * per step.
 */
export function progress(label, total) {
  let done = 0;
  let toldAt = performance.now();
  return () => {
    done += 1;
    const counted = `${String(done).padStart(String(total).length)}/${total}`;
    if (stdout.isTTY) {
      const filled = Math.round((done / total) * BAR_WIDTH);
      const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
      stdout.write(`\r  ${label.padEnd(28)} ${bar} ${counted}${done === total ? '\n' : ''}`);
    } else if (done === total || performance.now() - toldAt > QUIET_MS) {
      toldAt = performance.now();
      say(`  ${label.padEnd(28)} ${counted}`);
    }
  };
}

/** Rows of texts as an aligned table; the first row is its head, the first column is aligned to the left. */
export function table([head, ...rows]) {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  const line = (cells) =>
    cells.map((cell, n) => (n === 0 ? cell.padEnd(widths[n]) : cell.padStart(widths[n]))).join('  ');
  const rule = widths.map((width) => '─'.repeat(width)).join('──');
  return [line(head), rule, ...rows.map(line)].map((text) => `  ${text}`).join('\n');
}
