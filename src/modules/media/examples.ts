import type { Examples } from '../../platform/http/accepts.js';

const upload = {
  id: '019a0000-5000-7000-8000-000000000001',
  content_type: 'image/jpeg',
  byte_size: 240_118,
  sha256: 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg',
};

export const uploadExamples: Examples = {
  uce: {
    summary: 'uce: a photo',
    value: { ...upload, key_id: 'AAECAwQFBgcICQoLDA0ODw', key: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8' },
  },
};

export const partsExamples: Examples = {
  any: { summary: 'Which parts are there', value: { parts: [] } },
};

export const completionExamples: Examples = { any: { summary: 'Nothing to send', value: {} } };
