import { type Card, tagsStartOf, titleStartOf } from './card.js';
import type { PreparedQuery } from './compile.js';
import { soughtOf } from './match.js';
import { occurrencesOf } from './occurrences.js';

/** BM25 (Robertson and Zaragoza 2009): saturation and weight of length; and how many times of the text a field counts. */
export const ranking = { k1: 1.2, b: 0.75, title: 3, tag: 2 } as const;

/** What ranking knows of all entries together. Plain JSON, so that a cursor can carry it from page to page. */
export interface Statistics {
  /** Entries of the user, found or not. */
  readonly entries: number;
  /** Mean number of words of the entries that were found. */
  readonly wordsMean: number;
  /** By the number of the term: how many of the entries that were found have it. */
  readonly having: readonly number[];
}

/**
 * Counts what is needed to rank the entries that a query found.
 * @param found cards that match
 * @param entries how many entries the user has, in all
 */
export function statisticsOf(query: PreparedQuery, found: Iterable<Card>, entries: number): Statistics {
  const count = new FoundCount(query);
  for (const card of found) count.add(card);
  return count.statistics(entries);
}

/** The same, card by card. */
export class FoundCount {
  private readonly query: PreparedQuery;
  private readonly having: number[] = [];
  private words = 0;
  private cards = 0;

  constructor(query: PreparedQuery) {
    this.query = query;
  }

  /** @param card one that matches */
  add(card: Card): void {
    const { having } = this;
    this.cards++;
    this.words += wordsOf(card);
    for (const term of soughtOf(this.query, card.language)) {
      while (having.length <= term.leaf) having.push(0);
      if (occurrencesOf(term, card).length > 0) having[term.leaf] = (having[term.leaf] ?? 0) + 1;
    }
  }

  statistics(entries: number): Statistics {
    const { cards, words, having } = this;
    return { entries: Math.max(entries, cards), wordsMean: cards === 0 ? 0 : words / cards, having: [...having] };
  }
}

/**
 * How well an entry answers a query: BM25 over the words that are looked for, phrases as words, a title three times and a
 * tag twice as heavy as the text; 0 for filters alone. Rounded to millionths, so that every engine orders alike.
 */
export function rank(query: PreparedQuery, card: Card, { entries, wordsMean, having }: Statistics): number {
  const length = wordsMean === 0 ? 1 : wordsOf(card) / wordsMean;
  const damping = ranking.k1 * (1 - ranking.b + ranking.b * length);
  let score = 0;
  for (const term of soughtOf(query, card.language)) {
    const weight = weightOf(occurrencesOf(term, card), card);
    const known = having[term.leaf] ?? 0;
    const rarity = Math.log(1 + Math.max(0, entries - known + 0.5) / (known + 0.5));
    score += (rarity * weight * (ranking.k1 + 1)) / (weight + damping);
  }
  return Math.round(score * 1e6) / 1e6;
}

function weightOf(positions: readonly number[], card: Card): number {
  const [title, tags] = [titleStartOf(card), tagsStartOf(card)];
  let weight = 0;
  for (const position of positions) weight += position < title ? 1 : position < tags ? ranking.title : ranking.tag;
  return weight;
}

function wordsOf({ textWords, titleWords, tagWords }: Card): number {
  return textWords + titleWords + tagWords;
}
