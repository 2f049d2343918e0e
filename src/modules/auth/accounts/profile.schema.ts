import { z } from 'zod';
import { sizes } from '../../tiers/sizes.js';
import { isTimeZone } from './time-zone.js';

const text = (most: number) => z.string().min(1).max(most).nullable().optional();

/** Absent fields stay, null ones are cleared (RFC 7396). */
export const ProfileChange = z
  .strictObject({
    display_name: text(100),
    time_zone: z.string().max(64).refine(isTimeZone, 'is not an IANA time zone').nullable().optional(),
    locale: z
      .string()
      .max(35)
      .regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/, 'is not a BCP 47 language tag')
      .nullable()
      .optional(),
    settings: z
      .strictObject({
        versions_kept: z.int().min(0).max(sizes.versionsMax).optional(),
      })
      .optional()
      .describe('absent settings stay'),
  })
  .meta({ id: 'ProfileChange' });
export type ProfileChange = z.infer<typeof ProfileChange>;
