const SEED = 20_260_101;
const WORDS_MIN = 200;
const WORDS_MAX = 340;
const VOCABULARY = 12_000;
const SENTENCE_WORDS = 14;
/** They are what an English text has most of; they also tell its language. */
const FUNCTION_WORDS =
  'the and of to a in was that it he with for his at is on had by my which not from but be they him me very have I';
const ONSETS = 'b br c ch d dr f fl g gr h l m n p pl r s sh sl st t tr v w'.split(' ');
const VOWELS = 'a e i o u ai ea oo ou'.split(' ');
const CODAS = 'b ck d ft g l ll m n nd nt p r rk rm sh st t th'.split(' ');

/** Numbers from 0 up to 1, the same in every run (mulberry32, by Tommy Ettinger, public domain). */
function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** English function words first, then words of one to three syllables that no dictionary has. */
function vocabulary(random) {
  const words = new Set(FUNCTION_WORDS.split(' '));
  const one = (list) => list[Math.floor(random() * list.length)];
  while (words.size < VOCABULARY) {
    const syllables = 1 + Math.floor(random() * 3);
    words.add(Array.from({ length: syllables }, () => one(ONSETS) + one(VOWELS)).join('') + one(CODAS));
  }
  return [...words];
}

/** @returns `count` texts of about 270 words that read like English, each word as frequent as its rank says (Zipf) */
export function zipfTexts(count) {
  const random = seeded(SEED);
  const words = vocabulary(random);
  const reached = [];
  let sum = 0;
  for (const rank of words.keys()) reached.push((sum += 1 / (rank + 2)));
  const word = () => words[firstReaching(reached, random() * sum)];
  return Array.from({ length: count }, () => {
    const length = WORDS_MIN + Math.floor(random() * (WORDS_MAX - WORDS_MIN + 1));
    const all = Array.from({ length }, word);
    return all.map((one, index) => (index % SENTENCE_WORDS === SENTENCE_WORDS - 1 ? `${one}.` : one)).join(' ');
  });
}

function firstReaching(reached, wanted) {
  let [low, high] = [0, reached.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (reached[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
