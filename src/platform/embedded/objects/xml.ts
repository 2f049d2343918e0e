const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};
const CHARACTERS = new Map(Object.entries(ENTITIES).map(([character, entity]) => [entity, character]));

/** What XML 1.0 cannot hold, and what a reader would change (line ends), as character references. */
const escapeCharacter = (character: string): string => ENTITIES[character] ?? `&#${String(character.codePointAt(0))};`;

/** Text for between two tags. */
export const escapeXml = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  text.replace(/[&<>"'\u0000-\u001f]/g, escapeCharacter);

/** One element around what is already XML. */
export const element = (name: string, ...inner: readonly string[]): string => `<${name}>${inner.join('')}</${name}>`;

/** One element around text, or nothing where there is no text. */
export const leaf = (name: string, text: string | number | boolean | undefined): string =>
  text === undefined ? '' : element(name, escapeXml(String(text)));

export const xmlDocument = (root: string): string => `<?xml version="1.0" encoding="UTF-8"?>\n${root}`;

const unescapeXml = (text: string): string | undefined => {
  let isSound = true;
  const plain = text.replace(/&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|\w+);|&/g, (entity, decimal, hex) => {
    const code = decimal ? Number(decimal) : hex ? Number.parseInt(String(hex), 16) : undefined;
    const character =
      code === undefined ? CHARACTERS.get(entity) : code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
    isSound &&= character !== undefined;
    return character ?? '';
  });
  return isSound ? plain : undefined;
};

/** A list of records, as `<Part><ETag>…</ETag>…</Part>`: the two levels that requests to the store have. */
export type XmlRecord = Readonly<Record<string, string>>;

/**
 * Reads the records called `item` out of a request's body. It knows no attributes other than of the root, no comments and no
 * document types, and so nothing that could be expanded.
 * @returns undefined where `body` is anything else
 */
export function readRecords(
  body: string,
  root: string,
  item: string,
  besides: readonly string[] = [],
): XmlRecord[] | undefined {
  const document = new RegExp(`^\\s*(?:<\\?xml[^<>]*\\?>\\s*)?<${root}(?:\\s[^<>]*)?>(.*)</${root}>\\s*$`, 's').exec(
    body,
  );
  if (document === null) return undefined;
  const records: XmlRecord[] = [];
  const others = besides.map((name) => `<${name}>[^<>]*</${name}>`);
  const oneOf = new RegExp(
    [`<${item}>((?:\\s*<(\\w+)>[^<>]*</\\2>)*)\\s*</${item}>`, ...others, '\\s+'].join('|'),
    'y',
  );
  const inner = document[1] ?? '';
  while (oneOf.lastIndex < inner.length) {
    const found = oneOf.exec(inner);
    if (found === null) return undefined;
    if (!found[0].startsWith(`<${item}>`)) continue;
    const record = readMembers(found[1] ?? '');
    if (record === undefined) return undefined;
    records.push(record);
  }
  return records;
}

function readMembers(text: string): XmlRecord | undefined {
  const record: Record<string, string> = Object.create(null);
  for (const [, name = '', escaped = ''] of text.matchAll(/<(\w+)>([^<>]*)<\/\1>/g)) {
    const value = unescapeXml(escaped);
    if (value === undefined) return undefined;
    record[name] = value;
  }
  return record;
}
