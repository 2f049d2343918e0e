import { S3ServiceException } from '@aws-sdk/client-s3';
import { Unavailable } from '../http/request.problems.js';

const ABSENT = ['NoSuchKey', 'NoSuchUpload', 'NotFound'];

const isRefusal = (error: unknown): error is S3ServiceException =>
  error instanceof S3ServiceException && (error.$metadata.httpStatusCode ?? 500) < 500;

/**
 * What the store answers.
 * @throws Unavailable where it does not answer in time; S3ServiceException where it refuses, which is a bug or a wrong
 * configuration
 */
export async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw isRefusal(error) ? error : new Unavailable({}, { cause: error });
  }
}

/** What the store answers, or `null` where it refuses with one of these codes. */
export async function orIfRefused<T>(codes: readonly string[], answer: Promise<T>): Promise<T | null> {
  try {
    return await answered(answer);
  } catch (error) {
    if (isRefusal(error) && codes.includes(error.name)) return null;
    throw error;
  }
}

/** What the store answers, or `null` where what was asked about is not there. */
export const orIfAbsent = <T>(answer: Promise<T>): Promise<T | null> => orIfRefused(ABSENT, answer);

/** A refusal that came without a body has no words; its status is at least something. */
export function withStatus(error: unknown): unknown {
  if (!isRefusal(error)) return error;
  return new Error(`the store answers ${error.$metadata.httpStatusCode}`, { cause: error });
}
