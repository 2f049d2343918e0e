import { z } from 'zod';
import { Secret } from './secret.js';

const MIB = 1024 * 1024;

const endpoint = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/$/, ''));

/** Where media is kept: any S3. */
export const storeSettings = {
  S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket')
    .describe('bucket that media is kept in: docs/runbooks/object-store.md'),
  S3_ENDPOINT: endpoint
    .optional()
    .meta({ description: 'the store, where it is not that of AWS', fallback: 'that of AWS' }),
  S3_PUBLIC_ENDPOINT: endpoint.optional().meta({
    description: 'where clients reach the store, if that is elsewhere',
    fallback: '`S3_ENDPOINT`',
  }),
  S3_REGION: z.string().min(1).default('us-east-1').describe('region of the bucket'),
  S3_FORCE_PATH_STYLE: z
    .stringbool({ truthy: ['true'], falsy: ['false'] })
    .default(false)
    .describe('true where the bucket is in the path of an address, false where it is in its host'),
  S3_ACCESS_KEY_ID: z.string().min(1).optional().meta({
    description: 'who signs, together with its secret; both or neither',
    fallback: "the AWS SDK's default chain",
  }),
  S3_SECRET_ACCESS_KEY: z
    .string()
    .min(1)
    .refine((text) => !text.includes('change-me'), 'is still the example value')
    .transform((text) => new Secret(text))
    .optional()
    .describe('the secret of that access key'),
  S3_CA_FILE: z.string().min(1).optional().meta({
    description: "PEM of the authority that the store's certificate is from",
    fallback: 'those that Node knows',
  }),
  UPLOAD_BYTES_MAX: z.coerce
    .number()
    .int()
    .min(1)
    .max(5 * 1024 * 1024 * MIB)
    .default(50 * MIB)
    .describe('bytes of one upload, sealed'),
};
