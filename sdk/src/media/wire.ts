import type { Schemas } from '../api.js';

/** What an upload is announced with; size and checksum are of the sealed bytes, all bytes are base64url. */
export type WireUpload = Schemas['MediaUpload'];

/** The content key of a file: as it is (uce), or wrapped (e2e). */
export type WireKey =
  | Pick<Extract<WireUpload, { key: string }>, 'key_id' | 'key'>
  | Pick<Extract<WireUpload, { wrapped_key: string }>, 'wrapped_key'>;

/** How an upload goes on: whole, or in parts. */
export type WireReserved = Schemas['MediaUploadReserved'];

/** Where bytes are to be sent, for some minutes, with which headers. */
export type WirePut = Extract<WireReserved['upload'], { url: string }>;

/** A part that is to be sent; numbers begin with 1. */
export type WirePart = Schemas['MediaParts']['parts'][number];

/** Where parts are to be sent, and which are there. */
export type WireParts = Schemas['MediaPartUploads'];

/** A file as the API tells of it. */
export type WireMedia = Schemas['Media'];

/** reserved: not uploaded yet; missing: the store has lost it. */
export type MediaState = WireMedia['state'];
