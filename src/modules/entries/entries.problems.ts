import { problem } from '../../platform/http/problem.js';

export const EntryNotFound = problem(
  'entries/not-found',
  404,
  'No such entry',
  'There is no entry with this id in your diary.',
);
export const EntryIdTaken = problem(
  'entries/id-taken',
  409,
  'The id belongs to another entry',
  'An entry with this id but other content is in your diary already: make a new id.',
);
export const EntryErased = problem(
  'entries/erased',
  410,
  'The entry was erased',
  'An entry with this id was erased. Nothing of it is left, and its id is not used again.',
);
export const EntryInTrash = problem(
  'entries/in-trash',
  409,
  'The entry is in the trash',
  'An entry in the trash cannot be changed: restore it first.',
);
export const EntryConflict = problem(
  'entries/conflict',
  412,
  'The entry was changed elsewhere',
  'This change was made on an older version than the stored one, so nothing was changed: read the entry again.',
);
export const IfMatchRequired = problem(
  'entries/if-match-required',
  428,
  'If-Match is required',
  'Erasing for good needs If-Match with the version that is meant: nothing is left to restore afterwards.',
);
export const TooManyContentKeys = problem(
  'entries/too-many-content-keys',
  422,
  'The entry has as many content keys as it may have',
  'Seal this version under one of the content keys that the entry has.',
);
export const VersionNotFound = problem(
  'entries/version-not-found',
  404,
  'No such version',
  'The entry has no such version, or it is not kept any more.',
);
export const TagNotFound = problem('entries/tag-not-found', 404, 'No such tag', 'You have no tag with this id.');
export const TagNameTaken = problem(
  'entries/tag-name-taken',
  409,
  'There is a tag of this name',
  'Another of your tags has this name already.',
);
