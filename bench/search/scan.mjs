import { guessLanguage, wordsOf } from '@daybook/sdk/search';

/** The entries of a corpus with their words, as the tokenizer takes them: no card, no position list, no signature. */
export const readAll = (drafts) =>
  drafts.map(({ id, entry_date, title = '', content }) => {
    const language = guessLanguage(content, guessLanguage(title));
    return { id, date: entry_date, language, texts: [content, title].map((text) => wordsOf(text, language)) };
  });

/** The ids of the entries that a query asks for, by looking at every place of every entry. Queries without brackets. */
export function scan(query, entries) {
  const groups = [];
  const parts = query.match(/-?(?:\w+:)?["][^"]*["]|\S+/gu) ?? [];
  parts.forEach((part, n) => {
    if (part.toLowerCase() === 'or') return;
    if (parts[n - 1]?.toLowerCase() === 'or') groups.at(-1)?.push(part);
    else groups.push([part]);
  });
  return entries.filter((entry) => fits(groups, entry)).map(({ id }) => id);
}

function fits(groups, entry) {
  const judged = groups
    .map((group) => group.map((part) => holds(part, entry)).filter((said) => said !== null))
    .filter((said) => said.length > 0);
  return judged.length > 0 && judged.every((said) => said.includes(true));
}

/** What one part of a query says of an entry; null when it says nothing: it has stop words alone. */
function holds(part, entry) {
  if (part.startsWith('-')) {
    const inner = holds(part.slice(1), entry);
    return inner === null ? null : !inner;
  }
  const [, bound, day = ''] = /^(before|after):(.*)$/.exec(part) ?? [];
  if (bound) {
    const start = entry.date.slice(0, day.length);
    return bound === 'before' ? start < day : start > day;
  }
  const isPrefix = /\*"?$/.test(part);
  const words = wordsOf(part.replaceAll('"', ''), entry.language);
  const sought = words.map(({ stem, form }, n) => (isPrefix && n === words.length - 1 ? { form } : stem && { stem }));
  const from = sought.findIndex((word) => word !== null);
  if (from < 0) return null;
  return entry.texts.some((text) =>
    text.some((_, at) => sought.every((word, n) => word === null || isThere(word, text[at + n - from]))),
  );
}

const isThere = ({ stem, form }, found) =>
  found !== undefined &&
  found.stem !== null &&
  (stem === undefined ? found.form.startsWith(form) : found.stem === stem);
