import { type Card, type CardHead, formBeginsWith, stemsOf } from './card.js';
import type { CompiledText, TermPart } from './compile.js';

const nowhere: readonly number[] = [];

/** Where a term stands in a card: the positions of its first word, ascending. */
export function occurrencesOf(term: CompiledText, card: Card): readonly number[] {
  const [first, ...others] = term.parts;
  if (!first) return nowhere;
  let starts = positionsOf(first, card);
  for (const part of others) {
    if (starts.length === 0) break;
    starts = followedBy(starts, positionsOf(part, card), part.offset);
  }
  return starts;
}

/** Whether a card has all words of a term, wherever they stand; a beginning of a word is taken for granted. */
export function hasStems({ parts }: CompiledText, { stems }: CardHead): boolean {
  return parts.every((part) => 'prefix' in part || placeOf(part.stem, stems) >= 0);
}

/** Those of `starts` that have one of `positions` `offset` behind them; both ascend. */
function followedBy(starts: readonly number[], positions: readonly number[], offset: number): readonly number[] {
  let at = 0;
  return starts.filter((start) => {
    while (at < positions.length && (positions[at] ?? 0) < start + offset) at++;
    return positions[at] === start + offset;
  });
}

function positionsOf(part: TermPart, card: Card): readonly number[] {
  if ('prefix' in part) return positionsOfPrefix(part.prefix, card);
  const stem = lineOf(part.stem, card.stems);
  if (stem < 0) return nowhere;
  const [from = 0, to = 0] = [card.formStarts[stem], card.formStarts[stem + 1]];
  const positions = card.positions.slice(card.positionStarts[from], card.positionStarts[to]);
  return to - from > 1 ? positions.sort(ascending) : positions;
}

function positionsOfPrefix(prefix: string, card: Card): readonly number[] {
  const found: number[] = [];
  const forms = card.forms.split('\n');
  stemsOf(card).forEach((stem, i) => {
    const end = card.formStarts[i + 1] ?? 0;
    for (let form = card.formStarts[i] ?? 0; form < end; form++) {
      if (!formBeginsWith(forms[form] ?? '', stem, prefix)) continue;
      const [from = 0, to = 0] = [card.positionStarts[form], card.positionStarts[form + 1]];
      for (let at = from; at < to; at++) found.push(card.positions[at] ?? 0);
    }
  });
  return found.sort(ascending);
}

/** The number of the line, from 0, that says `stem`; -1 when none does. */
function lineOf(stem: string, stems: string): number {
  const at = placeOf(stem, stems);
  if (at < 0) return -1;
  let line = 0;
  for (let end = stems.indexOf('\n'); end >= 0 && end < at; end = stems.indexOf('\n', end + 1)) line++;
  return line;
}

/** Where the line begins that says `stem`; -1 when none does. */
function placeOf(stem: string, stems: string): number {
  let at = stems.indexOf(stem);
  while (at >= 0 && !isLine(stems, at, stem.length)) at = stems.indexOf(stem, at + 1);
  return at;
}

function isLine(text: string, at: number, length: number): boolean {
  const end = at + length;
  return (at === 0 || text[at - 1] === '\n') && (end === text.length || text[end] === '\n');
}

function ascending(a: number, b: number): number {
  return a - b;
}
