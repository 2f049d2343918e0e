/*
 * The published entry `@daybook/sdk/search`: private search, the same for the server (uce) and for clients over cards of
 * their own (e2e). Pure: it reads no clock, no network and no disk (docs/search.md).
 */
export { type Card, type CardDraft, fieldGap, makeCard, stemsOf } from './card.js';
export { cardVersion, decodeCandidate, decodeCard, encodeCard } from './card-codec.js';
export { type CardFault, CardRefused } from './card-refused.js';
export {
  compile,
  type CompiledNode,
  type CompiledQuery,
  type CompiledText,
  PreparedQuery,
  type TermPart,
} from './compile.js';
export { highlightsOf, type Highlight } from './entry-highlights.js';
export { languageOfEntry, languageOfTag, searchableText, textsOf, type EntryWords } from './entry-words.js';
export { foldName } from './folding.js';
export { guessLanguage } from './guess-language.js';
export { highlight } from './highlight.js';
export { compareHits, type Hit, type HitOrder, pageOf } from './hits.js';
export { type Language, languages } from './languages.js';
export { hasMask, masksFor } from './masks.js';
export { match } from './match.js';
export { narrowed, type SearchFilters } from './narrow.js';
export type { Range } from './normalize.js';
export { type FilterTerm, type Query, queryBounds, type QueryFault, type QueryNode, type TextTerm } from './query.js';
export { daysOf } from './query-days.js';
export { parseQuery } from './query-parser.js';
export { readQuery, type ReadQuery, stopWordNotes } from './read-query.js';
export { FoundCount, rank, ranking, type Statistics, statisticsOf } from './rank.js';
export {
  type Candidate,
  FoundCards,
  type FoundEntry,
  type FoundPage,
  type PageTurn,
  searchCards,
} from './search-cards.js';
export { firstDayOf, importedPeriod, periodOf, signatureBits, signatureOf, undatedPeriod } from './signature.js';
export { type Snippet, snippetLengthMax, snippetOf } from './snippet.js';
export { type Token, tokenize, type Word, wordLengthMax, WordMemory, wordsOf } from './tokenize.js';
