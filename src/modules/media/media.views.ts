import { toBase64url } from '@daybook/sdk/crypto';
import type { ContentKey } from '@daybook/sdk/crypto';
import type { PresignedRequest } from '../../platform/storage/presigned.js';
import type { MediaEntity } from './media.entity.js';
import { type MediaId, type MediaUploadView, type MediaView, PART_BYTES, type PartsView } from './media.schema.js';
import { partCount } from './objects.js';

const shown = (media: MediaEntity, thumbnailId: MediaId | null) => ({
  id: media.id,
  state: media.state,
  content_type: media.contentType,
  byte_size: media.byteSize,
  sha256: media.sha256 && toBase64url(media.sha256),
  sealed_metadata: media.sealedMetadata && toBase64url(media.sealedMetadata),
  thumbnail_id: thumbnailId,
  thumbnail_of: media.thumbnailOf,
  created_at: media.createdAt.toISOString(),
  ready_at: media.readyAt?.toISOString() ?? null,
  deleted_at: media.deletedAt?.toISOString() ?? null,
});

export const toE2eMediaView = (media: MediaEntity, thumbnailId: MediaId | null): MediaView => ({
  tier: 'e2e',
  ...shown(media, thumbnailId),
  wrapped_key: toBase64url(media.wrappedKey),
});

export const toUceMediaView = (
  media: MediaEntity,
  thumbnailId: MediaId | null,
  { id, key }: ContentKey,
): MediaView => ({
  tier: 'uce',
  ...shown(media, thumbnailId),
  key_id: toBase64url(id),
  key: toBase64url(key),
});

const presigned = ({ url, headers, expiresAt }: PresignedRequest) => ({
  method: 'PUT' as const,
  url,
  headers: { ...headers },
  expires_at: expiresAt.toISOString(),
});

export const toUploadView = ({ id, reservedUntil }: MediaEntity, request: PresignedRequest): MediaUploadView => ({
  id,
  upload: presigned(request),
  expires_at: reservedUntil.toISOString(),
});

export const toPartsUploadView = (media: MediaEntity): MediaUploadView => ({
  id: media.id,
  upload: { part_bytes: PART_BYTES, part_count: partCount(media) },
  expires_at: media.reservedUntil.toISOString(),
});

export const toPartView = (number: number, request: PresignedRequest): PartsView['parts'][number] => ({
  number,
  ...presigned(request),
});
