import type { ArchiveFile, ArchiveFiles } from './archive-files.js';
import type { FoundMedia, Skipped } from './found.js';
import { type Fields, isFields, itemsOf, numberOf, textOf } from './json.js';
import { baseName, contentTypeOf } from './media-types.js';

/** The fields of an entry that list files, and the folders that these are in. */
const kinds = [
  ['photos', 'photos'],
  ['videos', 'videos'],
  ['audios', 'audios'],
  ['pdfAttachments', 'pdfs'],
] as const;

interface Listed {
  readonly id: string;
  readonly file: ArchiveFile | undefined;
  readonly place: string;
  readonly facts: FoundMedia['facts'];
}

/** The files of journals, which have the MD5 of their content as names. (Of some exports only the ids fit.) */
export class DayOneMedia {
  readonly #byStem = new Map<string, ArchiveFile>();

  constructor(files: ArchiveFiles) {
    for (const [name, file] of files) {
      const [, folder, stem] = /([^/]+)\/([^/.]+)\.[^/.]+$/.exec(name) ?? [];
      if (folder === undefined || stem === undefined) continue;
      const key = keyOf(folder, stem);
      if (!this.#byStem.has(key)) this.#byStem.set(key, file);
    }
  }

  /** Those of an entry: first what its text shows, in that order, then the others; what is not in the archive is told. */
  *find(entry: Fields, moments: readonly string[], place: string): Generator<FoundMedia | Skipped> {
    const listed = kinds.flatMap(([field, folder]) => [...this.#listed(entry[field], field, folder, place)]);
    const rank = ({ id }: Listed) => (moments.includes(id) ? moments.indexOf(id) : moments.length);
    const seen = new Set<string>();
    for (const { id, file, place: where, facts } of listed.toSorted((a, b) => rank(a) - rank(b))) {
      if (seen.has(id)) continue;
      seen.add(id);
      const contentType = file && contentTypeOf(file.name);
      if (!file) yield { place: where, reason: 'not-in-archive' };
      else if (contentType === undefined) yield { place: file.name, reason: 'type-not-allowed' };
      else yield { place: file.name, name: `file ${id}`, file, contentType, facts };
    }
  }

  *#listed(value: unknown, field: string, folder: string, place: string): Generator<Listed> {
    const items = [...itemsOf(value).entries()].flatMap(([index, item]) => (isFields(item) ? [{ index, item }] : []));
    const order = ({ item }: { item: Fields }) => numberOf(item['orderInEntry']) ?? 0;
    for (const { index, item } of items.toSorted((a, b) => order(a) - order(b))) {
      const md5 = textOf(item['md5']);
      const id = (textOf(item['identifier']) ?? md5)?.toUpperCase();
      if (id === undefined) continue;
      const file = (md5 && this.#byStem.get(keyOf(folder, md5))) || this.#byStem.get(keyOf(folder, id));
      yield { id, file, place: `${place}/${field}/${String(index)}`, facts: factsOf(item, file) };
    }
  }
}

const keyOf = (folder: string, stem: string) => `${folder}/${stem.toUpperCase()}`;

function factsOf(item: Fields, file: ArchiveFile | undefined): FoundMedia['facts'] {
  const [width, height, seconds] = [item['width'], item['height'], item['duration']].map(numberOf);
  const name = textOf(item['filename']) ?? (file && baseName(file.name));
  return {
    ...(name !== undefined && { file_name: baseName(name).slice(0, 255) }),
    ...(width !== undefined && width > 0 && { width }),
    ...(height !== undefined && height > 0 && { height }),
    ...(seconds !== undefined && seconds > 0 && { duration_ms: Math.round(seconds * 1000) }),
  };
}
