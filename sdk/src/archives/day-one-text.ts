/**
 * Where a text has a photo, film, recording or PDF, with the line break after it: `![](dayone-moment://ID)`, or with the
 * kind before the id.
 */
const moment = /!\[[^[\]\n]*\]\(dayone-moment:\/{1,2}(?:[a-zA-Z]+\/)?([0-9A-Za-z-]+)\)[ \t]*\n{0,2}/g;

/**
 * What Markdown has backslashes in: code, fenced or between as many backticks before as after, where they are the
 * writer's; and escaped punctuation (CommonMark 0.31, sections 2.4, 4.5 and 6.1).
 */
const codeOrEscape = /(```[\s\S]*?(?:```|$)|(?<!`)(`+)(?!`)[^\n]*?(?<!`)\2(?!`))|\\([!-/:-@[-`{-~])/g;

/** What Day One has as text, as it was meant. */
export interface DayOneText {
  /** Of a heading of the first level in the first line. */
  readonly title?: string;
  readonly content: string;
  /** The ids of files, in the order in which the text has them. */
  readonly moments: readonly string[];
}

/** @param markdown the field `text` of an entry */
export function readDayOneText(markdown: string): DayOneText {
  const lines = markdown.replaceAll('\r\n', '\n').replaceAll('\u200B', '');
  const moments = [...lines.matchAll(moment)].map(([, id = '']) => id.toUpperCase());
  const plain = unescaped(lines.replaceAll(moment, '').trim());
  const [, title, content] = /^# +([^\n]+)\n*([\s\S]*)$/.exec(plain) ?? [];
  if (title === undefined || content === undefined) return { content: plain, moments };
  return { title: title.trim(), content: content.trim(), moments };
}

function unescaped(markdown: string): string {
  const meant = (all: string, code?: string, _ticks?: string, mark?: string) => code ?? mark ?? all;
  return markdown.replaceAll(codeOrEscape, meant);
}
