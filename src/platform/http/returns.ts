import { applyDecorators, HttpCode, SerializeOptions } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';
import type { ProblemClass } from './problem.js';
import { ProblemView } from './problem.schema.js';

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

/** The problems a route may answer with, listed in OpenAPI under their status. */
export const Problems = (...kinds: ProblemClass[]) => {
  const byStatus = Map.groupBy(kinds, ({ kind }) => kind.status);
  return applyDecorators(
    ...[...byStatus].map(([status, same]) =>
      ApiResponse({
        status,
        description: same.map(({ kind }) => `\`${kind.type}\`: ${kind.title}`).join('  \n'),
        standardSchema: ProblemView,
      }),
    ),
  );
};
