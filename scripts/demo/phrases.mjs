const WORDS_MIN = 4;
const BYTES_MIN = 20;
const TWISTABLE = /["\\\p{Cc}]/u;
const words = new Intl.Segmenter('und', { granularity: 'word' });

/**
 * `count` phrases of entries spread evenly over the corpus, always the same ones: each from the middle of its entry, four
 * words or more, twenty bytes or more, without characters that JSON writes in another way.
 */
export function choosePhrases(corpus, count) {
  const phrases = new Set();
  for (let n = 0; n < count; n++) {
    const from = Math.floor(((n + 0.5) / count) * corpus.length);
    const found = inTurn(corpus, from, ({ content }) => {
      const phrase = phraseOf(content);
      return phrase && !phrases.has(phrase) ? phrase : undefined;
    });
    if (found) phrases.add(found);
  }
  return [...phrases];
}

/** What `look` finds first, beginning at `from` and going round. */
function inTurn(items, from, look) {
  for (let n = 0; n < items.length; n++) {
    const found = look(items[(from + n) % items.length]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function phraseOf(text) {
  const starts = [...words.segment(text)].filter(({ isWordLike }) => isWordLike);
  return inTurn(starts, Math.floor(starts.length / 2), (start) => runFrom(text, starts, starts.indexOf(start)));
}

function runFrom(text, found, first) {
  for (let last = first + WORDS_MIN - 1; last < found.length; last++) {
    const run = text.slice(found[first].index, found[last].index + found[last].segment.length);
    if (TWISTABLE.test(run)) return undefined;
    if (Buffer.byteLength(run) >= BYTES_MIN) return run;
  }
  return undefined;
}
