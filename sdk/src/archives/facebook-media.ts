import type { ArchiveFiles } from './archive-files.js';
import type { FoundMedia, Skipped } from './found.js';
import { type Fields, fieldsOf, isFields, itemsOf } from './json.js';
import { baseName, contentTypeOf } from './media-types.js';

/** The files of a post, in their order, each once; what is not in the archive is told. */
export function* findFacebookMedia(
  files: ArchiveFiles,
  { root }: { readonly root: string },
  attached: readonly Fields[],
  text: (value: unknown) => string | undefined,
  place: string,
): Generator<FoundMedia | Skipped> {
  const seen = new Set<string>();
  const media = attached.flatMap((one) => [one['media'], ...itemsOf(fieldsOf(one['note'])['media'])]).filter(isFields);
  for (const [index, one] of media.entries()) {
    const uri = text(one['uri']);
    const where = `${place} (file ${String(index + 1)})`;
    if (uri === undefined) continue;
    const file = files.get(root + uri) ?? files.get(uri);
    const contentType = contentTypeOf(uri);
    if (!file) yield { place: where, reason: 'not-in-archive' };
    else if (contentType === undefined) yield { place: file.name, reason: 'type-not-allowed' };
    else if (!seen.has(file.name)) {
      seen.add(file.name);
      const description = text(one['description']);
      const facts = { file_name: baseName(uri), ...(description !== undefined && { description }) };
      yield { place: file.name, name: `file ${nameOf(uri)}`, file, contentType, facts };
    }
  }
}

/** The same in all layouts, which put the same folders below different ones. */
const nameOf = (uri: string) => uri.replace(/^your_(?:facebook_activity|activity_across_facebook)\//, '');
