import { problem } from '../../platform/http/problem.js';

export const MediaNotFound = problem(
  'media/not-found',
  404,
  'No such media',
  'There is nothing with this id among your media.',
);
export const MediaIdTaken = problem(
  'media/id-taken',
  409,
  'The id belongs to other media',
  'Something else with this id is among your media already: make a new id.',
);
export const MediaErased = problem(
  'media/erased',
  410,
  'It was erased',
  'What had this id was erased. Nothing of it is left, and its id is not used again.',
);
export const MediaTooLarge = problem(
  'media/too-large',
  413,
  'The file is too large',
  'The sealed file has more bytes than one upload may have; nothing was reserved.',
);
export const MediaTypeNotAllowed = problem(
  'media/type-not-allowed',
  422,
  'Files of this type are not taken',
  'Photos, sound, video, PDF and application/octet-stream are taken; nothing was reserved.',
);
export const MediaIncomplete = problem(
  'media/incomplete',
  409,
  'The upload is not complete',
  'The object, or a part of it, is not in the store: upload it, then complete it again.',
);
export const ChecksumMismatch = problem(
  'media/checksum-mismatch',
  422,
  'What was uploaded is something else',
  'The object in the store has another size or checksum than was announced, so it was removed: reserve it again, for a fresh address.',
);
export const MediaMissing = problem(
  'media/missing',
  409,
  'The object store has lost it',
  'The sealed bytes are not in the object store any more. It is whole again as soon as the operator has put them back.',
);
