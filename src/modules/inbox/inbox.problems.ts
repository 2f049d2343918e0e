import { problem } from '../../platform/http/problem.js';

export const InboxItemNotFound = problem(
  'inbox/not-found',
  404,
  'No such item',
  'There is nothing with this id in your inbox.',
);
export const InboxItemUnreadable = problem(
  'inbox/unreadable',
  422,
  'The item cannot become an entry',
  'It does not open with your key, or what is in it is not an entry: discard it, and look at what brought it.',
);
export const InboxIdTaken = problem(
  'inbox/id-taken',
  409,
  'The id belongs to something else',
  'Another item with this id is in the inbox already: make a new id.',
);
export const InboxFull = problem(
  'inbox/full',
  409,
  'The inbox is full',
  'As many items as an inbox holds are waiting for its owner: nothing was stored. Send it again when some were opened.',
);
