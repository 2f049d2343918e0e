import type { TestUser } from './api.js';

/** A tag as it is listed. */
export interface Tag {
  readonly id: string;
  readonly name: string | null;
  readonly token: string;
  readonly entries: number;
}

export const tagsOf = async (user: TestUser): Promise<Tag[]> => (await user.get('/entries/tags')).body.data;

/** How many entries have each tag, by name. */
export const countsOf = async (user: TestUser) =>
  Object.fromEntries((await tagsOf(user)).map(({ name, entries }) => [name, entries]));

export async function tagOf(user: TestUser, name: string): Promise<Tag> {
  const tag = (await tagsOf(user)).find((one) => one.name === name);
  if (!tag) throw new Error(`there is no tag ${name}`);
  return tag;
}

/** Writes an entry with these tags; its id. */
export const writeTagged = async (user: TestUser, tags: readonly string[]): Promise<string> =>
  (await user.post('/entries', { content: 'First snow.', tags })).body.id;

export const renameTag = (user: TestUser, { id }: Pick<Tag, 'id'>, name: string) =>
  user.send('PATCH', `/entries/tags/${id}`, JSON.stringify({ name }));

export const removeTag = (user: TestUser, { id }: Pick<Tag, 'id'>) =>
  user.send('DELETE', `/entries/tags/${id}`, undefined);
