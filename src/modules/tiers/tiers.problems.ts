import { problem } from '../../platform/http/problem.js';

export const OutOfStorage = problem(
  'tiers/out-of-storage',
  507,
  'There is no room left',
  'Your diary would grow past what it may have, so nothing was stored: erase something, or ask for more room.',
);
