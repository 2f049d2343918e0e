import { applyDecorators, HttpCode, SerializeOptions } from '@nestjs/common';
import { ApiExtension, ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';
import type { ProblemClass } from './problem.js';

/** The answer's schema: what leaves the server, what OpenAPI promises, and what the SDK is typed by. */
export const Returns = (schema: z.ZodType, description: string, status = 200) =>
  applyDecorators(
    HttpCode(status),
    SerializeOptions({ schema }),
    ApiResponse({ status, standardSchema: schema, description }),
  );

/** An answer without a body. */
export const ReturnsNothing = (description: string) =>
  applyDecorators(HttpCode(204), ApiResponse({ status: 204, description }));

/** A second success status with the same body, which the handler sets itself. */
export const AlsoReturns = (schema: z.ZodType, description: string, status: number) =>
  ApiResponse({ status, standardSchema: schema, description });

/** Where a route's problems wait until the document's builder (openapi.ts) lists them under their statuses. */
export const PROBLEMS = 'x-problems-';

/** The problems a route may answer with, beside those of every route of its kind. Several lists at one route add up. */
export const Problems = (...kinds: ProblemClass[]) =>
  // One extension for each list: a second one of the same name would be dropped.
  ApiExtension(
    PROBLEMS + kinds.map(({ kind: { type } }) => type).join(),
    kinds.map(({ kind }) => kind),
  );
