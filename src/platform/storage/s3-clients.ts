import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { Config } from '../config/config.js';

export const STORE_TIMEOUT_MS = 5_000;
const CONNECT_TIMEOUT_MS = 2_000;

export interface S3Clients {
  /** For what the server does itself. */
  readonly own: S3Client;
  /** For URLs that are handed out: it signs, and speaks to nobody. */
  readonly handedOut: S3Client;
}

/** @throws Error where the file cannot be read */
export function readAuthority(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Error('S3_CA_FILE cannot be read.', { cause: error });
  }
}

/** Clients for the store that the configuration names, embedded or not. @throws Error where S3_CA_FILE cannot be read */
export function newS3Clients({ values }: Config): S3Clients {
  const { S3_ENDPOINT, S3_PUBLIC_ENDPOINT, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, S3_CA_FILE } = values;
  const settings: S3ClientConfig = {
    region: values.S3_REGION,
    forcePathStyle: values.S3_FORCE_PATH_STYLE,
    maxAttempts: 2,
    // Otherwise a presigned PUT promises the checksum of nothing, which no upload has.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: STORE_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      ...(S3_CA_FILE !== undefined && { httpsAgent: new Agent({ keepAlive: true, ca: readAuthority(S3_CA_FILE) }) }),
    },
    ...(S3_ACCESS_KEY_ID !== undefined &&
      S3_SECRET_ACCESS_KEY && {
        credentials: { accessKeyId: S3_ACCESS_KEY_ID, secretAccessKey: S3_SECRET_ACCESS_KEY.reveal() },
      }),
  };
  const at = (endpoint: string | undefined) =>
    new S3Client({ ...settings, ...(endpoint !== undefined && { endpoint }) });
  return { own: at(S3_ENDPOINT), handedOut: at(S3_PUBLIC_ENDPOINT ?? S3_ENDPOINT) };
}
