import type { FeaturesView, TierName } from './tiers.schema.js';

export type Feature = keyof FeaturesView['features'];

/** Which tiers have what. What the server must read content for is not for e2e, and what is not built yet is for none. */
export const features: Readonly<Record<Feature, readonly TierName[]>> = {
  search: ['uce'],
  server_side_export: [],
  facebook_push: ['e2e', 'uce'],
  ai: [],
};
