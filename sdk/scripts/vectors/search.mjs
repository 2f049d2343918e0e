/** Private search: words, index cards, signatures. Dictionaries differ between platforms, so Chinese, Japanese and Thai are left out. */
export function searchFile(making, search) {
  return {
    'search.json': {
      about:
        'Words with their stems and places, index cards byte by byte, and the bits of signatures. A signature is 256 bytes; bit 0 is the highest of the first byte.',
      source: 'docs/search.md',
      tokens: tokens(search),
      cards: cards(making, search),
      cards_refused: refusedCards(making, search),
      periods: periods(search),
      bits: bits(making, search),
      masks: masks(making, search),
    },
  };
}

const texts = [
  ['en', 'apostrophes and stop words', "I don't know my father’s house; running, he'd said, to the mornings."],
  ['en', 'ligature, full width, mathematical letters, emoji', 'ﬁne ＨＥＬＬＯ 𝐛𝐨𝐥𝐝 🥖 ½'],
  ['de', 'compounds, umlauts, sharp s', 'Die Häuser der Straße: Klaras Kaffee-Tasse, Klara’s'],
  ['fr', 'elisions and accents', "L’école de l'été, un cœur étudié e\u0301te\u0301"],
  ['es', 'a letter that keeps its mark', 'El año de las canciones'],
  ['it', 'elisions', "Un'amica dell'acqua, la città"],
  ['pt', 'accents', 'Os corações da manhã'],
  ['nl', 'endings', "De foto's van de huizen"],
  ['sv', 'letters that keep their mark', 'Flickorna på ängarna'],
  ['ru', 'yo', 'Ёлки и книги дождливого дня'],
  ['und', 'no stemming, no stop words, points left out', 'Na koncu smo peli, כָּתַב'],
];

function tokens({ tokenize }) {
  return texts.map(([language, name, text]) => ({
    name: `${language}: ${name}`,
    in: { language, text },
    out: { tokens: tokenize(text, language) },
  }));
}

const drafts = [
  ['nothing', { language: 'und', text: '' }],
  [
    'every field',
    {
      language: 'en',
      date: '2026-11-21',
      title: 'Running late',
      text: 'We ran, we run, I was running in the rain.',
      tags: ['Running', 'Rainy day'],
      mood: ' Tired ',
    },
  ],
  ['more than 127 words', { language: 'en', text: 'rain '.repeat(130), date: '1660-01-01' }],
  ['letters of more than one byte', { language: 'ru', title: 'Сирень', text: 'Галина Петровна вышла из дома.' }],
];

function cards(making, { makeCard, encodeCard, decodeCard }) {
  return drafts.map(([name, draft]) => {
    const card = makeCard(draft);
    const bytes = encodeCard(card);
    if (JSON.stringify(decodeCard(bytes)) !== JSON.stringify(card)) throw new Error('a card is not read back');
    return { name, in: draft, out: { card: making.b64(bytes) } };
  });
}

function refusedCards(making, { makeCard, encodeCard, decodeCard, CardRefused }) {
  const bytes = encodeCard(makeCard(drafts[1][1]));
  const changed = (at, value) => bytes.with(at, value);
  const negatives = [
    ['no bytes', new Uint8Array(), 'version'],
    ['another version', changed(0, 2), 'version'],
    ['an unknown language', changed(1, 200), 'language'],
    ['the last byte missing', bytes.subarray(0, -1), 'length'],
    ['a byte too many', Uint8Array.of(...bytes, 0), 'form'],
    ['a day later than any', Uint8Array.of(1, 1, 0xff, 0xff, 0xff, 0x7f), 'date'],
    ['two moods', Uint8Array.of(1, 1, 0, 0, 0, 0, 2, 1, 0x61, 1, 0x62), 'mood'],
    ['a mood that is not UTF-8', Uint8Array.of(1, 1, 0, 0, 0, 0, 1, 1, 0xff), 'text'],
  ];
  return negatives.map(([name, card, rule]) => {
    let by = 'accepted';
    try {
      decodeCard(card);
    } catch (error) {
      if (!(error instanceof CardRefused)) throw error;
      by = error.fault;
    }
    if (by !== rule) throw new Error(`${name}: refused by ${by}, not by ${rule}`);
    return { name, in: { card: making.b64(card) }, rule };
  });
}

function periods({ periodOf }) {
  const cases = [
    ['no date', null, false],
    ['the first day of a year', '2026-01-01', false],
    ['the last day of a quarter', '2026-03-31', false],
    ['the first day of the next', '2026-04-01', false],
    ['the last day of a year', '2026-12-31', false],
    ['imported, with a date', '2026-12-31', true],
    ['imported, without', null, true],
  ];
  return cases.map(([name, date, imported]) => ({
    name,
    in: { date, imported },
    out: { period: periodOf(date, imported) },
  }));
}

function bits(making, { signatureOf }) {
  const key = making.bytes('search key', 32);
  return [0, 8107, 65535].flatMap((period) =>
    [['rain'], ['ecol'], ['книг'], ['東京'], ['rain', 'run', 'wet', 'dai']].map((stems) => ({
      name: `${stems.join(', ')} in period ${period}`,
      in: { search_key: making.b64(key), period, stems },
      out: { signature: making.b64(signatureOf(stems, key, period)) },
    })),
  );
}

const queries = [
  'rain',
  'wet days',
  '"wet day" -snow',
  'rain or snow bristol',
  'run* rain',
  'tag:"rainy day"',
  '-rain',
  'the',
];

function masks(making, { masksFor, parseQuery, PreparedQuery }) {
  const key = making.bytes('search key', 32);
  return queries.map((query) => {
    const prepared = new PreparedQuery(parseQuery(query).query);
    const made = masksFor(prepared, key, [8107], ['en']).get(8107);
    return {
      name: query,
      in: { search_key: making.b64(key), query, period: 8107, languages: ['en'] },
      out: { masks: made.map((mask) => making.b64(mask)) },
    };
  });
}
