import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { createPrivateFile, isSystemError } from '../private-file.js';
import type { Draft, Drafts } from './drafts.js';
import { makeFolder, syncFolder } from './durable-files.js';
import { factsIn, type ObjectFacts, openObject } from './object-file.js';
import type { ObjectFiles, Preconditions } from './object-files.js';
import { StoreError } from './store-errors.js';
import { Turns } from '../../turns.js';

const PART_BYTES_MIN = 5 * 1024 * 1024;
const PART_NUMBER_MAX = 10_000;
const LEFT_ALONE_MS_MAX = 7 * 86_400_000;
const RECORD = 'upload.json';

const UploadFacts = z.strictObject({
  key: z.string(),
  contentType: z.string(),
  metadata: z.record(z.string(), z.string()),
  /** Whether every part has to bring its SHA-256. */
  hasSha256: z.boolean(),
  /** Milliseconds since 1970. */
  startedAt: z.number(),
});
export type UploadFacts = z.output<typeof UploadFacts>;
export type Upload = UploadFacts & { readonly id: string };
export type Part = ObjectFacts & { readonly number: number };

/** A part as whoever completes an upload names it. */
export interface NamedPart {
  readonly number: number;
  readonly etag: string;
  readonly sha256: string | undefined;
}

const noSuchUpload = () =>
  new StoreError('NoSuchUpload', 'There is no such upload: it was completed, aborted or never begun.');

/** Uploads in parts: a folder each, with a record and a file per part, until all of it becomes one object. */
export class MultipartUploads {
  private readonly turns = new Turns(1);

  constructor(
    private readonly folder: string,
    private readonly drafts: Drafts,
    private readonly objects: ObjectFiles,
  ) {}

  /** Removes what nobody has completed or aborted for seven days. @param now milliseconds since 1970 */
  async prepare(now: number): Promise<void> {
    await makeFolder(this.folder);
    for (const { id, startedAt } of await this.list()) if (now - startedAt > LEFT_ALONE_MS_MAX) await this.discard(id);
  }

  async begin(facts: UploadFacts): Promise<string> {
    const id = randomBytes(16).toString('hex');
    const draft = this.drafts.newPath();
    await mkdir(draft, { mode: 0o700 });
    createPrivateFile(join(draft, RECORD), JSON.stringify(facts));
    await rename(draft, this.folderOf(id));
    await syncFolder(this.folder);
    return id;
  }

  /** @throws StoreError NoSuchUpload, also where the upload is for another key */
  async find(id: string, key: string): Promise<Upload> {
    const upload = await this.read(id);
    if (upload?.key !== key) throw noSuchUpload();
    return upload;
  }

  /** Keeps a finished draft as a part, in place of one that had the same number. */
  async publish(id: string, part: number, draft: Draft): Promise<void> {
    await this.turns.take(id, async () => {
      if ((await this.read(id)) === null) throw noSuchUpload();
      await rename(draft.file, this.partFile(id, part));
      await syncFolder(this.folderOf(id));
    });
  }

  /** In the order of their numbers. */
  async parts(id: string): Promise<Part[]> {
    const names = (await readdir(this.folderOf(id)).catch(absent)) ?? [];
    const parts: Part[] = [];
    for (const name of names.filter((one) => one !== RECORD).sort()) {
      const facts = await factsIn(join(this.folderOf(id), name));
      if (facts !== null) parts.push({ ...facts, number: Number(name) });
    }
    return parts;
  }

  /** All that are under way, by key and id. */
  async list(): Promise<Upload[]> {
    const uploads = await Promise.all((await readdir(this.folder)).map((id) => this.read(id)));
    const byKey = (a: Upload, b: Upload) =>
      Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)) || (a.id < b.id ? -1 : 1);
    return uploads.filter((upload) => upload !== null).sort(byKey);
  }

  /** Joins the named parts to the upload's object; the parts are gone afterwards. @throws StoreError where one is not as named */
  complete(upload: Upload, named: readonly NamedPart[], conditions: Preconditions, now: number): Promise<ObjectFacts> {
    return this.turns.take(upload.id, async () => {
      if ((await this.read(upload.id)) === null) throw noSuchUpload();
      const parts = chooseParts(upload, named, await this.parts(upload.id));
      const draft = await this.objects.begin();
      try {
        for (const { number } of parts) await this.copyPart(upload.id, number, draft);
        const facts = joinedFacts(upload, parts, now);
        await draft.finish(facts);
        await this.objects.publish(draft, upload.key, conditions);
        await this.discard(upload.id);
        return facts;
      } finally {
        await draft.discard();
      }
    });
  }

  abort(id: string): Promise<void> {
    return this.turns.take(id, () => this.discard(id));
  }

  private async copyPart(id: string, number: number, draft: Draft): Promise<void> {
    const part = await openObject(this.partFile(id, number));
    if (part === null) throw noSuchUpload();
    const { facts, handle } = part;
    try {
      if (facts.byteSize === 0) return;
      const bytes = handle.createReadStream({
        start: 0,
        end: facts.byteSize - 1,
        autoClose: false,
        highWaterMark: 1 << 20,
      });
      for await (const chunk of bytes as AsyncIterable<Buffer>) await draft.append(chunk);
    } finally {
      await handle.close();
    }
  }

  /** Out of sight with one rename, so that no half of it can be seen, and then removed. */
  private async discard(id: string): Promise<void> {
    const unseen = this.drafts.newPath();
    await rename(this.folderOf(id), unseen).catch(absent);
    await syncFolder(this.folder);
    await rm(unseen, { recursive: true, force: true });
  }

  private async read(id: string): Promise<Upload | null> {
    if (!/^[\da-f]{32}$/.test(id)) return null;
    const text = await readFile(join(this.folderOf(id), RECORD), 'utf8').catch(absent);
    return text === undefined ? null : { id, ...UploadFacts.parse(JSON.parse(text)) };
  }

  private folderOf(id: string): string {
    return join(this.folder, id);
  }

  private partFile(id: string, number: number): string {
    return join(this.folderOf(id), String(number).padStart(5, '0'));
  }
}

function absent(error: unknown): undefined {
  if (!isSystemError(error, 'ENOENT')) throw error;
}

/** @throws StoreError where the text is no number of a part */
export function readPartNumber(text: string | undefined): number {
  const number = /^\d{1,5}$/.test(text ?? '') ? Number(text) : 0;
  if (number < 1 || number > PART_NUMBER_MAX)
    throw new StoreError('InvalidArgument', `A part has a number from 1 to ${PART_NUMBER_MAX}.`);
  return number;
}

/** The parts that were named, as they are here. */
function chooseParts({ hasSha256 }: Upload, named: readonly NamedPart[], present: readonly Part[]): Part[] {
  if (named.some(({ number }, place) => place > 0 && number <= (named[place - 1]?.number ?? 0)))
    throw new StoreError('InvalidPartOrder', 'The parts have to be named in the order of their numbers.');
  return named.map((one, place) => {
    if (hasSha256 && one.sha256 === undefined)
      throw new StoreError('InvalidRequest', 'The upload was begun with SHA-256: name that of each part.');
    const part = present.find(({ number }) => number === one.number);
    if (part?.etag !== one.etag || (one.sha256 !== undefined && one.sha256 !== part.sha256))
      throw new StoreError('InvalidPart', 'A part that was named is not there, or is another.');
    if (part.byteSize < PART_BYTES_MIN && place < named.length - 1)
      throw new StoreError('EntityTooSmall', 'A part, other than the last, has at least 5 MiB.');
    return part;
  });
}

/** "Checking object integrity", Amazon S3 user guide: checksums of checksums, and how many parts there were. */
function joinedFacts(upload: Upload, parts: readonly Part[], now: number): ObjectFacts {
  const [md5, sha256] = [createHash('md5'), createHash('sha256')];
  for (const part of parts) {
    md5.update(Buffer.from(part.etag, 'hex'));
    sha256.update(Buffer.from(part.sha256, 'base64'));
  }
  const { key, contentType, metadata } = upload;
  return {
    key,
    contentType,
    metadata,
    byteSize: parts.reduce((sum, part) => sum + part.byteSize, 0),
    etag: `${md5.digest('hex')}-${parts.length}`,
    sha256: `${sha256.digest('base64')}-${parts.length}`,
    savedAt: now,
  };
}
