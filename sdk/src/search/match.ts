import type { Card } from './card.js';
import type { CompiledNode, CompiledText, PreparedQuery } from './compile.js';
import { occurrencesOf } from './occurrences.js';

/** Whether an entry is what a query asks for, decided on its card alone. */
export function match(query: PreparedQuery, card: Card): boolean {
  const compiled = query.in(card.language);
  return compiled !== null && holds(compiled, card);
}

function holds(node: CompiledNode, card: Card): boolean {
  switch (node.kind) {
    case 'text':
      return occurrencesOf(node, card).length > 0;
    case 'tag':
      return card.tags.includes(node.name);
    case 'mood':
      return card.mood === node.name;
    case 'before':
      return card.date !== null && card.date < node.day;
    case 'from':
      return card.date !== null && card.date >= node.day;
    case 'not':
      return !holds(node.of, card);
    case 'all':
      return node.of.every((part) => holds(part, card));
    case 'any':
      return node.of.some((part) => holds(part, card));
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
