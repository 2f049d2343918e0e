import { problem } from '../../platform/http/problem.js';

export const NotConfigured = problem(
  'integrations/not-configured',
  404,
  'Facebook is not set up here',
  'The operator of this server has not set up an app at Meta, so nothing can be connected.',
);
export const ConnectNotFound = problem(
  'integrations/connect-not-found',
  404,
  'No such connecting',
  'No connecting with this state waits in your session: it was used, it is older than ten minutes, or it is not yours. Begin again.',
);
export const ConsentRefused = problem(
  'integrations/consent-refused',
  422,
  'Facebook does not take the code',
  'The code was used, has expired or belongs to another connecting. Begin again.',
);
export const FacebookUnavailable = problem(
  'integrations/facebook-unavailable',
  503,
  'Facebook does not answer',
  'Facebook could not be reached, or had a fault of its own. Try again later.',
);
export const ConnectedElsewhere = problem(
  'integrations/connected-elsewhere',
  409,
  'Another Facebook account is connected',
  'A diary has one Facebook account: disconnect the other one first.',
);
export const ConnectionNotFound = problem(
  'integrations/not-found',
  404,
  'No such connection',
  'You have no connection with this id.',
);
export const NotConnected = problem(
  'integrations/not-connected',
  409,
  'Facebook is not connected',
  'Connect Facebook first.',
);
export const NeedsReconnect = problem(
  'integrations/needs-reconnect',
  409,
  'Facebook has to be connected again',
  'What you had allowed at Facebook has expired or was taken back. Connect again.',
);
export const FacebookLimited = problem(
  'integrations/rate-limited',
  429,
  'Facebook asks us to wait',
  'This app has asked Facebook for as much as it may for now. It is asked again by itself after the time in Retry-After.',
);
export const PermissionMissing = problem(
  'integrations/permission-missing',
  403,
  'You did not allow this at Facebook',
  'Connect again and allow what is needed: your posts to bring them here, your pages to publish on them.',
);
export const NoPage = problem(
  'integrations/no-page',
  422,
  'There is no page to publish on',
  'Meta took away publishing on personal profiles in 2018: apps can publish on pages alone. Make a page, or connect again and allow one.',
);
export const PageNotFound = problem(
  'integrations/page-not-found',
  404,
  'No such page',
  'You have connected no page with this id.',
);
export const DuplicatePost = problem(
  'integrations/duplicate-post',
  409,
  'The page has this text already',
  'Facebook does not take the same text twice in a row.',
);
export const FacebookRefused = problem(
  'integrations/facebook-refused',
  422,
  'Facebook does not do it',
  'Facebook refused it for a reason that trying again does not change.',
);
export const PublicationUncertain = problem(
  'integrations/publication-uncertain',
  504,
  'It may be on the page, or not',
  'The text was sent, and Facebook did not say what became of it. Look at the page before you publish it again.',
);
export const RevocationFailed = problem(
  'integrations/revocation-failed',
  503,
  'Facebook was not told',
  'The tokens are forgotten here, but Facebook could not be told. Remove the app in the settings of your Facebook account.',
);
