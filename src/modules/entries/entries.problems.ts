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
