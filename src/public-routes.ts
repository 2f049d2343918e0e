import type { PublicRoutes } from './platform/http/public-routes.js';

/** The only routes that are open without signing in. Everything else is closed. */
export const publicRoutes: PublicRoutes = {
  'GET /health': 'probes have no account',
  'GET /health/live': 'probes have no account',
  'GET /health/ready': 'probes have no account',
  'POST /api/v1/auth/signup': 'there is no account yet',
  'POST /api/v1/auth/prelogin': 'asked before signing in',
  'POST /api/v1/auth/login': 'this is signing in',
  'POST /api/v1/auth/verify-recovery-code': 'the way back in without a password',
  'POST /api/v1/auth/reset-password': 'its own token proves who asks',
  'GET /api/v1/auth/erasures/:receipt': 'whose receipt it is has no account any more',
  'POST /api/v1/auth/refresh': 'its own token proves who asks',
};
