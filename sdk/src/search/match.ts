import type { Card, CardHead } from './card.js';
import type { CompiledNode, CompiledText, PreparedQuery } from './compile.js';
import { hasStems, occurrencesOf } from './occurrences.js';

/** Whether an entry is what a query asks for, decided on its card alone. */
export function match(query: PreparedQuery, card: Card): boolean {
  const compiled = query.in(card.language);
  return compiled !== null && holds(compiled, card, card);
}

/** Whether an entry may be what a query asks for, by the words it has and not by their places: true wherever `match` is. */
export function mayMatch(query: PreparedQuery, head: CardHead): boolean {
  const compiled = query.in(head.language);
  return compiled !== null && holds(compiled, head, null);
}

/** @param card null where only its head is known: then what cannot be said yet holds */
function holds(node: CompiledNode, head: CardHead, card: Card | null): boolean {
  switch (node.kind) {
    case 'text':
      return card ? occurrencesOf(node, card).length > 0 : hasStems(node, head);
    case 'tag':
      return head.tags.includes(node.name);
    case 'mood':
      return head.mood === node.name;
    case 'before':
      return head.date !== null && head.date < node.day;
    case 'from':
      return head.date !== null && head.date >= node.day;
    case 'not':
      return !card || !holds(node.of, head, card);
    case 'all':
      return node.of.every((part) => holds(part, head, card));
    case 'any':
      return node.of.some((part) => holds(part, head, card));
  }
}

/** The words that a query looks for, not those that it excludes, as compiled for one language. */
export function soughtOf(query: PreparedQuery, language: Card['language']): readonly CompiledText[] {
  const found: CompiledText[] = [];
  const visit = (node: CompiledNode): void => {
    if (node.kind === 'text') found.push(node);
    else if (node.kind === 'all' || node.kind === 'any') node.of.forEach(visit);
  };
  const compiled = query.in(language);
  if (compiled) visit(compiled);
  return found;
}
