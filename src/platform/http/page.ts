import { z } from 'zod';

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 200;

/** `?limit=` and `?cursor=` of every list. Not a component of its own: Swagger would drop the parameters. */
export const PageQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^\d{1,4}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(1).max(LIMIT_MAX))
    .default(LIMIT_DEFAULT)
    .meta({
      type: 'integer',
      default: LIMIT_DEFAULT,
      pattern: undefined,
      minimum: 1,
      maximum: LIMIT_MAX,
      description: `how many at most; ${LIMIT_DEFAULT} unless said`,
    }),
  cursor: z.string().min(1).max(500).optional().describe('next_cursor of the page before'),
});
export type PageQuery = z.infer<typeof PageQuery>;
