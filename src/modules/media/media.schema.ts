import { z } from 'zod';
import { PageQuery } from '../../platform/http/page.js';
import { bytes, flag, Instant } from '../../platform/http/wire.js';
import { HistoryHead } from '../ledger/ledger.js';
import {
  downloadExamples,
  mediaExamples,
  mediaPageExamples,
  partUploadsExamples,
  removedMediaExamples,
  reservedExamples,
  writtenMediaExamples,
} from './examples.js';

export const MediaId = z.uuidv7().toLowerCase().brand<'MediaId'>();
export type MediaId = z.infer<typeof MediaId>;

const METADATA_BYTES_MAX = 64 * 1024;
const HEADER_BYTES = 48;
const TAG_BYTES = 17;
/** Above this an upload is in parts, of `PART_BYTES` each but the last. */
export const SINGLE_BYTES_MAX = 16 * 1024 * 1024;
export const PART_BYTES = 8 * 1024 * 1024;
const PARTS_ASKED_MAX = 100;

/** What may be uploaded. The type is told by the client, and is all that the server knows of what is inside. */
export const contentTypes = [
  'image/jpeg',
  'image/png',
  'image/gif',
  'image/webp',
  'image/heic',
  'image/heif',
  'image/avif',
  'video/mp4',
  'video/quicktime',
  'video/webm',
  'audio/mpeg',
  'audio/mp4',
  'audio/aac',
  'audio/ogg',
  'audio/wav',
  'audio/webm',
  'audio/flac',
  'application/pdf',
  'application/octet-stream',
] as const;

const announced = {
  content_type: z
    .string()
    .min(1)
    .max(100)
    .describe(`one of ${contentTypes.join(', ')}`),
  byte_size: z
    .int()
    .min(HEADER_BYTES + TAG_BYTES)
    .describe('of the sealed bytes'),
  sha256: bytes(32).optional().describe('of the sealed bytes; above 16 MiB each part has one of its own instead'),
  sealed_metadata: bytes(1, METADATA_BYTES_MAX)
    .optional()
    .describe('file name, dimensions, duration …: an envelope of kind 1, object type 4, under the same key'),
  thumbnail_of: MediaId.optional().describe('this is the thumbnail of that'),
};

const UceUpload = z
  .strictObject({
    id: MediaId.describe('bound into the ciphertext'),
    ...announced,
    key_id: bytes(16).describe('as in the header of the stream'),
    key: bytes(32).describe('the content key of the stream; kept under your master key'),
  })
  .describe('uce: sealed by the client, under a key that the server keeps for it');
const E2eUpload = z
  .strictObject({
    id: MediaId.describe('bound into the ciphertext'),
    ...announced,
    wrapped_key: bytes(112).describe('the content key of the stream, as an envelope of kind 2'),
  })
  .describe('e2e: sealed by the client');

export const MediaUpload = z.union([UceUpload, E2eUpload]).meta({ id: 'MediaUpload' });
export type MediaUpload = z.infer<typeof MediaUpload>;
export type UceUpload = z.infer<typeof UceUpload>;

const PresignedView = z.object({
  method: z.literal('PUT'),
  url: z.string(),
  headers: z.record(z.string(), z.string()).describe('to be sent as they are; the length too'),
  expires_at: Instant,
});

export const MediaUploadView = z
  .object({
    id: MediaId,
    upload: z.union([
      PresignedView,
      z.object({
        part_bytes: z.int().describe('of each part but the last'),
        part_count: z.int(),
      }),
    ]),
    expires_at: Instant.describe('until when it has to be complete'),
  })
  .meta({ id: 'MediaUploadReserved', examples: reservedExamples });
export type MediaUploadView = z.infer<typeof MediaUploadView>;

export const PartsAsked = z
  .strictObject({
    parts: z
      .array(z.strictObject({ number: z.int().min(1).max(10_000), sha256: bytes(32) }))
      .max(PARTS_ASKED_MAX)
      .refine((parts) => new Set(parts.map(({ number }) => number)).size === parts.length, 'names a part twice')
      .describe('the parts that are to be uploaded next, with the SHA-256 of each; none: only say what is there'),
  })
  .meta({ id: 'MediaParts' });
export type PartsAsked = z.infer<typeof PartsAsked>;

export const PartsView = z
  .object({
    parts: z.array(PresignedView.extend({ number: z.int() })),
    uploaded: z.array(z.int()).describe('the parts that the store has, as they were last announced'),
  })
  .meta({ id: 'MediaPartUploads', examples: partUploadsExamples });
export type PartsView = z.infer<typeof PartsView>;

export const Completion = z.strictObject({}).meta({ id: 'MediaCompletion' });

const shown = {
  id: MediaId,
  state: z
    .enum(['reserved', 'ready', 'missing'])
    .describe('reserved: not uploaded yet; missing: the store has lost it, see docs/runbooks/object-store.md'),
  content_type: z.string(),
  byte_size: z.int(),
  sha256: z.base64url().nullable(),
  sealed_metadata: z.base64url().nullable(),
  thumbnail_id: MediaId.nullable(),
  thumbnail_of: MediaId.nullable(),
  created_at: Instant,
  ready_at: Instant.nullable(),
  deleted_at: Instant.nullable(),
};
const uceKeys = { tier: z.literal('uce'), key_id: z.base64url(), key: z.base64url() };
const e2eKeys = { tier: z.literal('e2e'), wrapped_key: z.base64url() };

export const MediaView = z
  .discriminatedUnion('tier', [z.object({ ...shown, ...uceKeys }), z.object({ ...shown, ...e2eKeys })])
  .meta({ id: 'Media', examples: mediaExamples });
export type MediaView = z.infer<typeof MediaView>;

export const WrittenMediaView = z
  .discriminatedUnion('tier', [
    z.object({ ...shown, ...uceKeys, history_head: HistoryHead }),
    z.object({ ...shown, ...e2eKeys, history_head: HistoryHead }),
  ])
  .meta({ id: 'WrittenMedia', examples: writtenMediaExamples });
export type WrittenMediaView = z.infer<typeof WrittenMediaView>;

export const MediaPageView = z
  .object({ data: z.array(MediaView), next_cursor: z.string().nullable() })
  .meta({ id: 'MediaPage', examples: mediaPageExamples });
export type MediaPageView = z.infer<typeof MediaPageView>;

export const MediaListQuery = PageQuery.extend({
  type: z.enum(['image', 'video', 'audio', 'other']).optional(),
  deleted: flag('the trash'),
});
export type MediaListQuery = z.infer<typeof MediaListQuery>;

export const DownloadView = z
  .object({ url: z.string().describe('GET it, with Range where you like; it is an attachment'), expires_at: Instant })
  .meta({ id: 'MediaDownload', examples: downloadExamples });
export type DownloadView = z.infer<typeof DownloadView>;

export const RemovedMediaView = z
  .object({
    id: MediaId,
    deleted_at: Instant.nullable().describe('null: it is erased, for good'),
    history_head: HistoryHead,
  })
  .meta({ id: 'RemovedMedia', examples: removedMediaExamples });
export type RemovedMediaView = z.infer<typeof RemovedMediaView>;

export const MediaDeletionQuery = z.strictObject({
  permanent: flag('erase it now, for good'),
});
export type MediaDeletionQuery = z.infer<typeof MediaDeletionQuery>;
