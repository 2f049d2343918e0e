/** The kind of the job, and the task of one that is to be tried again. */
export const PUSH = 'facebook.push';

/** Then twice as long each time. */
export const RETRY_FIRST_MS = 60_000;
