import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll } from '@jest/globals';
import { type Options, ZipFile } from 'yazl';

/** Names with what is in them; `options` are the packer's. */
export type Contents = Readonly<Record<string, Buffer | string | object>>;

export const FACEBOOK_POSTS = 'your_facebook_activity/posts/your_posts__check_ins__photos_and_videos_1.json';

/** An archive, as bytes. What is neither bytes nor text becomes JSON. */
export async function zipOf(
  contents: Contents,
  options: Partial<Options> = {},
  end: { readonly isZip64?: boolean } = {},
): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(contents)) {
    const bytes = Buffer.isBuffer(content) ? content : Buffer.from(asText(content));
    zip.addBuffer(bytes, name, { mtime: new Date(0), ...options });
  }
  zip.end({ forceZip64Format: end.isZip64 ?? false, comment: '' });
  return buffer(zip.outputStream);
}

const asText = (content: string | object) => (typeof content === 'string' ? content : JSON.stringify(content));

/** A folder for the archives of one test file. */
export function useArchives() {
  let folder: string;
  let count = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybook-archives-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const write = async (bytes: Buffer) => {
    const path = join(folder, `${++count}.zip`);
    await writeFile(path, bytes);
    return path;
  };
  return {
    write,
    make: async (contents: Contents, options?: Partial<Options>) => write(await zipOf(contents, options)),
  };
}

/** JSON as Facebook writes it: each byte of a character's UTF-8 form is an escape of its own. */
export function byteEscaped(value: unknown): string {
  const ascii = (text: string) =>
    [...Buffer.from(text)]
      .map((byte) => (byte < 0x80 ? String.fromCharCode(byte) : `\\u00${byte.toString(16).padStart(2, '0')}`))
      .join('');
  return ascii(JSON.stringify(value));
}

export const md5 = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex');

/** A post with files, as Facebook's JSON has it. */
export const facebookPost = (timestamp: number, post: string, uris: readonly string[] = []) => ({
  timestamp,
  attachments: [
    {
      data: uris.map((uri) => ({
        media: { uri, creation_timestamp: timestamp, title: 'Mobile uploads', description: post },
      })),
    },
  ],
  data: [{ post }, { update_timestamp: timestamp }],
  title: 'Ada Example updated her status.',
});

/** An entry as Day One's JSON has it. */
export const dayOneEntry = (uuid: string, creationDate: string, text: string, more: object = {}) => ({
  uuid,
  creationDate,
  timeZone: 'Europe/Vienna',
  text,
  starred: false,
  ...more,
});
