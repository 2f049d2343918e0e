import { z } from 'zod';

/** RFC 9457 problem details, as every error of this API is answered. */
export const ProblemView = z
  .looseObject({
    type: z.string().describe('what a program reads; explained in docs/problems.md'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('a sentence for a person'),
    instance: z.string().describe('the id of this request, to quote when asking for help'),
    errors: z
      .array(z.object({ pointer: z.string(), detail: z.string() }))
      .optional()
      .describe('for bad input: where (JSON Pointer) and what'),
  })
  .meta({ id: 'Problem' });
