/** A stretch that NFKC spells otherwise: where it is in the normal text, and where it was in the original. */
interface Changed {
  readonly start: number;
  readonly end: number;
  readonly originalStart: number;
  readonly originalEnd: number;
}

/** A stretch of a text, in UTF-16 code units; `end` is not part of it. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * Characters that NFKC leaves as they are, of the scripts that entries are mostly written in: an entry of nothing else
 * costs one test. U+0E33 (Thai sara am) is among them although NFKC takes it apart: dictionaries have it in one piece.
 */
const stable =
  '\\u0000-\\u007f\\u00a1-\\u00a7\\u00a9\\u00ab-\\u00ae\\u00b0\\u00b1\\u00b6\\u00b7\\u00bb\\u00bf-\\u0131\\u0134-\\u013e' +
  '\\u0141-\\u0148\\u014a-\\u017e\\u0400-\\u0482\\u048a-\\u052f\\u0e01-\\u0e30\\u0e32\\u0e33\\u0e40-\\u0e46\\u2010' +
  '\\u2012-\\u2015\\u2018-\\u2022\\u20ac\\u3001\\u3002\\u300a-\\u3011\\u3041-\\u3096\\u30a1-\\u30fe\\u4e00-\\u9fff' +
  '\\uac00-\\ud7a3';
/** What may join the character before it: marks, Hangul vowels and finals, half-width sound marks. */
const joining = '\\p{M}\\u1160-\\u11ff\\uff9e-\\uffdc';

const allStable = new RegExp(`^[${stable}]*$`, 'u');
/** At most 30 joining characters at once (Unicode Standard Annex 15, section 13): ordering thousands takes square time. */
const chunks = new RegExp(`[${stable}]+(?![${joining}])|[^${joining}][${joining}]{0,30}|[${joining}]{1,30}`, 'gu');
/** A character that becomes more than this many stays as it is: U+FDFA alone would make an entry 18 times as long. */
const growthMax = 6;
const pictograph = /^\p{Extended_Pictographic}/u;

/** A text in NFKC that knows where each of its words was in the original. */
export class NormalText {
  readonly text: string;
  private readonly changed: readonly Changed[];

  private constructor(text: string, changed: readonly Changed[]) {
    this.text = text;
    this.changed = changed;
  }

  /**
   * Normalizes in linear time. Pictographs become spaces (NFKC would make letters of ™ and ㊗), and the letter
   * apostrophe (U+02BC) a plain one.
   */
  static of(original: string): NormalText {
    if (allStable.test(original)) return new NormalText(original, []);
    const changed: Changed[] = [];
    let text = '';
    let copied = 0;
    for (const { 0: chunk, index } of original.matchAll(chunks)) {
      const normal = normalOf(chunk);
      if (normal === chunk) continue;
      text += original.slice(copied, index);
      copied = index + chunk.length;
      changed.push({ start: text.length, end: text.length + normal.length, originalStart: index, originalEnd: copied });
      text += normal;
    }
    return new NormalText(text + original.slice(copied), changed);
  }

  /** Where a stretch, at least one code unit long, was in the original; a ligature that it cuts is taken whole. */
  originalOf({ start, end }: Range): Range {
    if (this.changed.length === 0) return { start, end };
    return { start: this.place(start, 'originalStart'), end: this.place(end - 1, 'originalEnd') };
  }

  private place(at: number, side: 'originalStart' | 'originalEnd'): number {
    const before = this.lastBegunBy(at);
    const through = side === 'originalEnd' ? 1 : 0;
    if (before === undefined) return at + through;
    return at < before.end ? before[side] : before.originalEnd + (at - before.end) + through;
  }

  private lastBegunBy(at: number): Changed | undefined {
    let low = 0;
    let high = this.changed.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.changed[middle]?.start ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return this.changed[low - 1];
  }
}

function normalOf(chunk: string): string {
  if (allStable.test(chunk)) return chunk;
  if (pictograph.test(chunk)) return ' ';
  // After NFKC, which makes U+02BC and n of U+0149.
  const normal = chunk.normalize('NFKC').replaceAll('\u02bc', "'");
  return normal.length > growthMax * chunk.length ? chunk : normal;
}
