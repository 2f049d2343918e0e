import { problem } from '../../platform/http/problem.js';

export const NotInYourTier = problem(
  'tiers/not-in-your-tier',
  403,
  'Not in your tier',
  'An account of your tier cannot have this: required_tier says which one can.',
);
export const OutOfStorage = problem(
  'tiers/out-of-storage',
  507,
  'There is no room left',
  'Your diary would grow past what it may have, so nothing was stored: erase something, or ask for more room.',
);
