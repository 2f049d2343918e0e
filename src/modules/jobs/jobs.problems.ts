import { problem } from '../../platform/http/problem.js';

export const JobNotFound = problem('jobs/not-found', 404, 'No such job', 'You have no job with this id.');
