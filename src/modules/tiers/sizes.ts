/** How much one of each thing may have, in both tiers; `GET /auth/features` answers it. */
export const sizes = {
  bodyBytesMax: 1024 * 1024,
  contentBytesMax: 256 * 1024,
  titleCharactersMax: 500,
  tagsMax: 50,
  tagCharactersMax: 100,
  versionsMax: 1_000,
  batchMax: 300,
  sessionsMax: 20,
  apiKeysMax: 20,
} as const;
