import { type ArchiveFiles, readJson } from './archive-files.js';
import { locationOf, withinBounds } from './entry-bounds.js';
import { findFacebookMedia } from './facebook-media.js';
import { isByteEscaped, repaired } from './facebook-text.js';
import { type Found, type FoundMedia, placeIn, type ReadingOptions, type Skipped } from './found.js';
import { type Fields, fieldsOf, isFields, itemsOf, numberOf, textOf } from './json.js';
import { isDatable, zonedDay } from './zoned-day.js';

/**
 * The files of posts in what "Download your information" gives as JSON, in its layouts up to now: in `posts/` at the top,
 * then below `your_activity_across_facebook/`, then below `your_facebook_activity/`. There is no published schema.
 */
const postsFile =
  /^(?<root>(?:.*?\/)??)(?<activity>your_(?:facebook_activity|activity_across_facebook)\/)?posts\/your_posts(?:__check_ins__photos_and_videos)?(?:_(?<number>\d+))?\.json$/;

export const isFacebookFile = (name: string): boolean => postsFile.test(name);

interface PostsFile {
  readonly name: string;
  readonly root: string;
  readonly isByteEscaped: boolean;
}

type Text = (value: unknown) => string | undefined;

/** The own posts in an archive of Facebook, file by file. @throws ArchiveRefused `too-large` */
export async function* readFacebook(
  files: ArchiveFiles,
  options: ReadingOptions,
): AsyncGenerator<Found, void, undefined> {
  const written = new WrittenAt();
  for (const name of [...files.keys()].filter(isFacebookFile).sort(byNumber)) {
    const file = files.get(name);
    if (!file) continue;
    const json = await readJson(file);
    if (typeof json === 'string') {
      yield { place: name, reason: json };
      continue;
    }
    const root = postsFile.exec(name)?.groups?.['root'] ?? '';
    const posts = { name, root, isByteEscaped: isByteEscaped(json.text) };
    const items: readonly unknown[] = Array.isArray(json.value) ? json.value : [json.value];
    for (const [index, item] of items.entries()) yield* readPost(files, posts, item, index, written, options);
  }
}

function* readPost(
  files: ArchiveFiles,
  posts: PostsFile,
  item: unknown,
  index: number,
  written: WrittenAt,
  { timeZone }: ReadingOptions,
): Generator<Found> {
  const place = placeIn(posts.name, index);
  const skipped = (reason: Skipped['reason']): Skipped => ({ place, reason });
  if (!isFields(item)) return yield skipped('not-an-entry');
  const seconds = numberOf(item['timestamp']);
  const at = (seconds ?? Number.NaN) * 1000;
  if (seconds === undefined || !isDatable(at)) return yield skipped('no-time');
  const text: Text = (value) => textOf(typeof value === 'string' && posts.isByteEscaped ? repaired(value) : value);
  const attached = itemsOf(item['attachments']).flatMap((one) => itemsOf(fieldsOf(one)['data']).map(fieldsOf));
  const found = [...findFacebookMedia(files, posts, attached, text, place)];
  yield* found.filter((one) => 'reason' in one);
  const media = found.filter((one): one is FoundMedia => !('reason' in one));
  const draft = draftOf(item, attached, text, media);
  if (!draft) return yield skipped('empty');
  const bounded = withinBounds({ entry_date: zonedDay(at, timeZone), ...draft });
  if (!bounded) return yield skipped('text-too-large');
  const nth = written.nthOf(seconds, JSON.stringify([bounded, media.map(({ name }) => name)]));
  if (nth === undefined) return yield skipped('twice');
  yield { place, name: `post ${String(seconds)} ${String(nth)}`, at, draft: bounded, media };
}

/** What was written: the post, its note, what it links to, the words under its pictures; for a bare picture, its headline. */
function draftOf(post: Fields, attached: readonly Fields[], text: Text, media: readonly FoundMedia[]) {
  const note = fieldsOf(attached.find((one) => isFields(one['note']))?.['note']);
  const said = [
    ...itemsOf(post['data']).map((one) => text(fieldsOf(one)['post'])),
    text(note['text']),
    ...attached.map((one) => text(fieldsOf(one['media'])['description'])),
    ...attached.map((one) => text(one['text'])),
    ...attached.map((one) => linkOf(fieldsOf(one['external_context']), text)),
    ...attached.map((one) => text(fieldsOf(one['event'])['name'])),
  ];
  const place = fieldsOf(attached.find((one) => isFields(one['place']))?.['place']);
  const location = locationOf([text(place['name']), text(place['address'])], fieldsOf(place['coordinate']));
  const lines = distinct(said);
  if (lines.length === 0 && media.length === 0 && !location) return undefined;
  const title = text(note['title']);
  const content = lines.join('\n\n') || text(post['title']) || location?.name || '…';
  return { ...(title !== undefined && { title }), content, ...(location && { location }) };
}

function linkOf(link: Fields, text: Text): string | undefined {
  return distinct([text(link['name']), text(link['url'])]).join('\n') || undefined;
}

/** Without what is only part of a text before: Facebook repeats the post under each of its pictures. */
function distinct(texts: readonly (string | undefined)[]): string[] {
  const kept: string[] = [];
  for (const one of texts) if (one !== undefined && !kept.some((before) => before.includes(one))) kept.push(one);
  return kept;
}

/**
 * Facebook gives posts no id: one is called by its second, and by which of that second it is. So the name says nothing of
 * what was written, and is the same in every archive.
 */
class WrittenAt {
  readonly #posts = new Map<number, string[]>();

  /** From 0 on; undefined for what was there before. @param print what tells it from others of the second */
  nthOf(seconds: number, print: string): number | undefined {
    const same = this.#posts.get(seconds) ?? [];
    if (same.includes(print)) return undefined;
    this.#posts.set(seconds, [...same, print]);
    return same.length;
  }
}

function byNumber(a: string, b: string): number {
  const numberIn = (name: string) => Number(postsFile.exec(name)?.groups?.['number'] ?? 0);
  return numberIn(a) - numberIn(b) || (a < b ? -1 : 1);
}
