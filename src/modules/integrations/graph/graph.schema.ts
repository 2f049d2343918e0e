import { z } from 'zod';

const ProviderId = z.string().regex(/^[\w-]{1,100}$/);

export const TokenAnswer = z.object({ access_token: z.string().min(1).max(2_000), expires_in: z.number().optional() });

export const Me = z.object({ id: ProviderId });

export const AppAnswer = z.object({ id: ProviderId });

export const PermissionsAnswer = z.object({
  data: z.array(z.object({ permission: z.string().max(100), status: z.string() })).max(200),
});

export const PagesAnswer = z.object({
  data: z.array(
    z.object({ id: ProviderId, name: z.string().max(1_000), access_token: z.string().min(1).max(2_000).optional() }),
  ),
});

const Place = z.object({
  name: z.string().max(1_000).optional(),
  location: z.object({ latitude: z.number().optional(), longitude: z.number().optional() }).optional(),
});

const Post = z.object({
  id: ProviderId,
  message: z.string().optional(),
  created_time: z
    .string()
    .transform((text) => new Date(text.replace(/\+0000$/, 'Z')))
    .refine((at) => !Number.isNaN(at.getTime())),
  permalink_url: z.string().max(2_000).optional(),
  place: Place.optional(),
});
export type Post = z.infer<typeof Post>;

export const PostsAnswer = z.object({ data: z.array(Post), paging: z.object({ next: z.url().optional() }).optional() });

export const Published = z.object({ id: ProviderId });

export const FeedAnswer = z.object({ data: z.array(z.object({ id: ProviderId, message: z.string().optional() })) });

/** Where a list of posts goes on: the parameters of Graph's `paging.next` that say so, and no other. */
export const PostsPlace = z.object({
  until: z.string().max(40).optional(),
  after: z.string().max(1_000).optional(),
  __paging_token: z.string().max(1_000).optional(),
});
export type PostsPlace = z.infer<typeof PostsPlace>;
