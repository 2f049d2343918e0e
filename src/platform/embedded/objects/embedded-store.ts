import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { isSystemError } from '../private-file.js';
import type { Answer } from './answer.js';
import { type AllowedOrigins, answerPreflight } from './cors.js';
import { Drafts } from './drafts.js';
import { makeFolder } from './durable-files.js';
import { MultipartUploads } from './multipart-uploads.js';
import { ObjectFiles } from './object-files.js';
import { operationFor } from './operations.js';
import { authorize, type StoreKey } from './signature-v4.js';
import { readRequest } from './signed-request.js';
import { StoreError } from './store-errors.js';
import { startStoreServer } from './store-server.js';

export interface EmbeddedStoreOptions {
  /** Where everything is kept; made if missing. One process at a time may use it. */
  readonly folder: string;
  /** The one bucket there is. */
  readonly bucket: string;
  readonly key: StoreKey;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Origins of web pages that may use presigned URLs, or `*`. */
  readonly allowedOrigins: AllowedOrigins;
  /** Milliseconds since 1970; the system's clock unless said. */
  readonly now?: () => number;
}

export interface EmbeddedStore {
  readonly port: number;
  /** Finishes what is under way, for 15 s at most, and stops listening. */
  stop(): Promise<void>;
}

/**
 * Serves an S3-compatible store over a folder. Nothing is visible before all of it is on disk, under its name; what a process
 * that was killed left behind is removed here.
 * @throws Error where the folder cannot be used or the port is taken
 */
export async function startEmbeddedStore(options: EmbeddedStoreOptions): Promise<EmbeddedStore> {
  const { folder, bucket, now = Date.now } = options;
  const drafts = new Drafts(join(folder, 'drafts'));
  const objects = new ObjectFiles(join(folder, 'objects'), drafts);
  const uploads = new MultipartUploads(join(folder, 'uploads'), drafts, objects);
  await makeFolder(folder);
  await drafts.sweep();
  await objects.prepare();
  await uploads.prepare(now());
  const logger = new Logger('objects');

  const answer = async (message: IncomingMessage, proceed: () => void): Promise<Answer> => {
    if (message.method === 'OPTIONS') return answerPreflight(message.headers, options.allowedOrigins);
    const request = readRequest(message);
    const authorization = authorize(request, options.key, now());
    const [, named = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(request.path) ?? [];
    if (named !== bucket) throw new StoreError('NoSuchBucket', 'There is no such bucket.');
    const operation = operationFor(request, key);
    proceed();
    return operation({ request, authorization, body: message, bucket, key, objects, uploads, now: now() });
  };
  try {
    const onFault = (error: unknown) => logger.error({ err: error });
    const { port, close } = await startStoreServer({ ...options, answer, onFault });
    return { port, stop: close };
  } catch (error) {
    if (!isSystemError(error, 'EADDRINUSE') && !isSystemError(error, 'EACCES')) throw error;
    throw new Error(`The object store cannot listen on port ${options.port}: set STORE_PORT to one that is free.`, {
      cause: error,
    });
  }
}
