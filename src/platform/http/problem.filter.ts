import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isBusy } from '../database/pg-errors.js';
import { Problem, type ProblemDetails } from './problem.js';
import { problemOfStatus, Unavailable, Unexpected } from './request.problems.js';

const RETRY_AFTER_SECONDS = 2;

/** Turns whatever was thrown into RFC 9457 JSON. What was not declared as a problem is a bug: 500, told to the log alone. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  /** Also used for what Fastify refuses before Nest sees it. */
  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const problem = problemOf(error);
    if (problem.status >= 500) this.logger.error({ err: error, problem: problem.type });
    const waits = problem.status === 503 || problem.status === 429 ? RETRY_AFTER_SECONDS : undefined;
    const retryAfter = problem.details['retry_after_seconds'] ?? waits;
    if (retryAfter !== undefined) void reply.header('retry-after', retryAfter);
    if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
    void reply.status(problem.status).type('application/problem+json').send(problemBody(problem, request.id));
  }
}

/** A problem within an answer that has others: without the id of the request. */
export function problemPart(problem: Problem) {
  const { detail = problem.defaultDetail, ...extensions } = problem.details;
  const { type, title, status } = problem;
  return { type, title, status, detail, ...extensions };
}

/** The members in the order a reader expects them: what, then why, then the rest. */
export function problemBody(problem: Problem, requestId: string) {
  const { type, title, status, detail, ...extensions } = problemPart(problem);
  return { type, title, status, detail, instance: `urn:uuid:${requestId}`, ...extensions };
}

export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isBusy(error)) return new Unavailable({}, { cause: error });
  const status = statusOf(error);
  return new (status === undefined ? Unexpected : problemOfStatus(status))(detailsOf(error), { cause: error });
}

/** Fastify's own words quote the address, so ours are said for what a caller may well meet. */
function detailsOf(error: unknown): ProblemDetails {
  const isBadUrl = error instanceof Error && 'code' in error && error.code === 'FST_ERR_BAD_URL';
  return isBadUrl ? { detail: 'The address cannot be read: check its percent-encoding.' } : {};
}

/** The status of a refusal by Nest or Fastify; undefined for what nobody expected. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  if (!(error instanceof Error) || !('statusCode' in error) || typeof error.statusCode !== 'number') return undefined;
  return error.statusCode;
}
