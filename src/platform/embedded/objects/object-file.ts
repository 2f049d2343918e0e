import { type FileHandle, open } from 'node:fs/promises';
import { z } from 'zod';
import { isSystemError } from '../private-file.js';

/** What is known of an object beside its bytes. */
const ObjectFacts = z.strictObject({
  key: z.string(),
  byteSize: z.int().nonnegative(),
  /** Without quotes: MD5 in hex, or for several parts `<MD5 of their MD5s>-<how many>`. */
  etag: z.string(),
  /** SHA-256 in base64, or for several parts `<SHA-256 of their SHA-256s>-<how many>`. */
  sha256: z.string(),
  contentType: z.string(),
  /** The `x-amz-meta-…` headers, as they were sent. */
  metadata: z.record(z.string(), z.string()),
  /** Milliseconds since 1970. */
  savedAt: z.number(),
});
export type ObjectFacts = z.output<typeof ObjectFacts>;

const END = Buffer.from('DBOBJ1\r\n');
const TAIL_BYTES = END.length + 4;
const FACTS_BYTES_MAX = 64 * 1024;

/**
 * The end of an object's file. Bytes, facts and this are one file, so that one rename makes all of it visible, and ranges of
 * the object are ranges of the file: `bytes ‖ facts as JSON ‖ length of the JSON (32 bits, big-endian) ‖ "DBOBJ1\r\n"`.
 */
export function tailOf(facts: ObjectFacts): Buffer {
  const json = Buffer.from(JSON.stringify(ObjectFacts.parse(facts)));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  return Buffer.concat([json, length, END]);
}

async function readExactly(handle: FileHandle, length: number, position: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  if (bytesRead !== length) throw new Error('a file of the object store is shorter than it says');
  return buffer;
}

async function readFacts(handle: FileHandle): Promise<ObjectFacts> {
  const { size } = await handle.stat();
  const tail = await readExactly(handle, TAIL_BYTES, Math.max(0, size - TAIL_BYTES));
  const length = tail.readUInt32BE(0);
  if (!tail.subarray(4).equals(END) || length > FACTS_BYTES_MAX)
    throw new Error('a file in the folder of the object store is not one of its own');
  const json = await readExactly(handle, length, size - TAIL_BYTES - length);
  const facts = ObjectFacts.parse(JSON.parse(json.toString('utf8')));
  if (facts.byteSize + length + TAIL_BYTES !== size) throw new Error('a file of the object store has another length');
  return facts;
}

/** An object that stays readable as it is until it is closed, also when it is replaced or deleted meanwhile. */
export interface OpenObject {
  readonly facts: ObjectFacts;
  readonly handle: FileHandle;
}

/** null when there is no such file. Who opens it closes its handle. */
export async function openObject(file: string): Promise<OpenObject | null> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    if (isSystemError(error, 'ENOENT') || isSystemError(error, 'ENOTDIR')) return null;
    throw error;
  }
  try {
    return { facts: await readFacts(handle), handle };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** What is known of the object in `file`; null when there is none. */
export async function factsIn(file: string): Promise<ObjectFacts | null> {
  const object = await openObject(file);
  await object?.handle.close();
  return object?.facts ?? null;
}
