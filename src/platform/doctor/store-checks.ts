import { randomBytes, randomUUID, createHash } from 'node:crypto';
import type { Config } from '../config/config.js';
import { ObjectStore } from '../storage/object-store.js';
import type { PresignedRequest } from '../storage/presigned.js';
import { readAuthority } from '../storage/s3-clients.js';
import { type Check, find, type Finding, skip } from './finding.js';
import { type PlainAnswer, sendPlain } from './plain-request.js';

const BYTES = 64;
const RUNBOOK = 'See docs/runbooks/object-store.md.';

interface Subject {
  readonly config: Config;
  readonly store: ObjectStore;
}

/** Sends a request as a client does, who knows nothing but the request. */
function send(
  { values }: Config,
  request: Pick<PresignedRequest, 'url' | 'headers'> & { readonly method: string },
  body?: Buffer,
): Promise<PlainAnswer> {
  const ca = values.S3_CA_FILE === undefined ? undefined : readAuthority(values.S3_CA_FILE);
  return sendPlain({ ...request, body, ca });
}

const reached: Check<Subject> = {
  name: 'store',
  remedy: `Correct S3_BUCKET, S3_ENDPOINT, S3_REGION, S3_CA_FILE or the access key. ${RUNBOOK}`,
  look: async ({ config: { values }, store }) => {
    await store.reach();
    return `the bucket ${values.S3_BUCKET} answers`;
  },
};

const presigned: Check<Subject> = {
  name: 'presigned requests',
  remedy: `Correct S3_PUBLIC_ENDPOINT: clients have to reach the store there. ${RUNBOOK}`,
  look: async ({ config, store }) => {
    const key = `daybook-doctor/${randomUUID()}`;
    const bytes = randomBytes(BYTES);
    const announced = {
      byteSize: BYTES,
      sha256: createHash('sha256').update(bytes).digest(),
      contentType: 'application/octet-stream',
    };
    try {
      const put = await store.presignPut(key, announced);
      const isUnguarded =
        (await send(config, { ...put, headers: { ...put.headers, 'content-type': 'text/html' } }, bytes)).status < 400;
      if (isUnguarded) return [{ what: 'the store takes what was not signed', remedy: 'Do not use it.' }];
      const looksAtBytes = (await send(config, put, randomBytes(BYTES))).status >= 400;
      const { status } = await send(config, put, bytes);
      if (status >= 400) return [{ what: `an upload was answered ${status}`, remedy: presigned.remedy }];
      const back = await send(config, await store.presignGet(key));
      if (!back.body.equals(bytes))
        return [{ what: `a download was answered ${back.status}`, remedy: presigned.remedy }];
      const keepsChecksums = (await store.find(key))?.checksum !== undefined;
      return looksAtBytes && keepsChecksums
        ? 'an upload came back, and checksums are looked at'
        : 'an upload came back; the store does not look at checksums, so every upload is read once more';
    } finally {
      await store.erase(key);
    }
  },
};

const cors: Check<Subject> = {
  name: 'web pages',
  remedy: `Name the origin of PUBLIC_URL, and those in CORS_ORIGINS, in the CORS rules of the bucket. ${RUNBOOK}`,
  look: async ({ config, store }) => {
    const { url } = await store.presignGet('daybook-doctor/none');
    const { PUBLIC_URL, CORS_ORIGINS } = config.values;
    const origins = new Set([new URL(PUBLIC_URL).origin, ...CORS_ORIGINS]);
    const faults = [];
    for (const origin of origins) {
      const headers = {
        origin,
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'content-type,x-amz-checksum-sha256',
      };
      const answer = await send(config, { method: 'OPTIONS', url, headers });
      const allowed = answer.headers['access-control-allow-origin'];
      if (answer.status < 300 && (allowed === '*' || allowed === origin)) continue;
      faults.push({ what: `web pages of ${origin} may not upload`, remedy: cors.remedy });
    }
    return faults.length > 0 ? faults : 'web clients may upload and download';
  },
};

/** What must hold of the store. An object is written for it, and removed again. */
export const storeChecks: readonly Check<Subject>[] = [reached, presigned, cors];

export async function examineStore(config: Config): Promise<Finding[]> {
  let store: ObjectStore | undefined;
  const open: Check<void> = {
    ...reached,
    look: () => {
      store = new ObjectStore(config);
      return reached.look({ config, store });
    },
  };
  const first = await find(open, undefined);
  if (!store || first.state !== 'ok')
    return [first, ...[presigned, cors].map((check) => skip(check, 'the store is out of reach'))];
  const subject = { config, store };
  try {
    return [first, await find(presigned, subject), await find(cors, subject)];
  } finally {
    store.onApplicationShutdown();
  }
}
