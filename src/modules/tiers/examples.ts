import type { Examples } from '../../platform/http/accepts.js';

const storage = { used_bytes: 73_014_272, quota_bytes: 10_737_418_240 };
const limits = {
  body_bytes_max: 1048576,
  upload_bytes_max: 52428800,
  content_bytes_max: 262144,
  title_characters_max: 500,
  tags_max: 50,
  tag_characters_max: 100,
  versions_max: 1000,
  batch_max: 300,
  sessions_max: 20,
  api_keys_max: 20,
};

export const featuresExamples: Examples = {
  uce: {
    summary: 'uce',
    value: {
      tier: 'uce',
      features: { search: true, server_side_export: false, facebook_push: true, ai: false },
      storage,
      limits,
    },
  },
  e2e: {
    summary: 'e2e',
    value: {
      tier: 'e2e',
      features: { search: false, server_side_export: false, facebook_push: true, ai: false },
      storage,
      limits,
    },
  },
};
