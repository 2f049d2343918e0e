import type { EntryContent } from '@daybook/sdk/crypto';
import type { Post } from '../graph/graph.schema.js';

const NAME_CHARACTERS_MAX = 200;

/** What an entry says that a post becomes; null for a post without text, such as a photo alone. */
export function contentOfPost({ message, place }: Post): EntryContent | null {
  const content = message?.toWellFormed() ?? '';
  if (content.trim() === '') return null;
  const location = locationOf(place);
  return { v: 1, content, ...(location && { location }) };
}

function locationOf(place: Post['place']): Record<string, string | number> | null {
  const { name, location: { latitude, longitude } = {} } = place ?? {};
  const isOnEarth =
    latitude !== undefined && longitude !== undefined && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
  const location = {
    ...(name && { name: [...name.toWellFormed()].slice(0, NAME_CHARACTERS_MAX / 2).join('') }),
    ...(isOnEarth && { latitude, longitude }),
  };
  return Object.keys(location).length === 0 ? null : location;
}
