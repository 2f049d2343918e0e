import type { Examples } from '../../platform/http/accepts.js';

/** Sealed by the account of the sign-up example, for the id of the draft. */
export const sealedExample = {
  sealed:
    'REIBAQEAAABKBDZ3jkQDoVQdSc4GGtnr1aR1Wtva_AlQsX3CKj6yj4eZbTIMH8iGBXx8am6CkWExNnmWOsyrEteHh3fEm663cIlYWxQTclWVD9Z1fW_2COsSNQqiVtsZh_6NKs42wmZbi9H3T_EsP23ejVMCX0EqJDhAq9NPdULTBjx9Q7cMoGcDtpqwDt1RjuhFUZFtY5DxQOdf3jgMbXAMmFnuTMBgrU-Cemd_wDYGs6CdiMLUZXbkDW0mg6TuWBue6mcVKsRGsuB7LNRsD5ve4Wgqr2QqfuEipOo1uNPdBo_f9ktdbYD8pYYZpbXAOE8Cjp6nPdCyoMyBRAodCuX9fSzqjM2biSkWzQJ6hJiWrnm3zoVvdUH6D9zUVdJPuCI7j2FDmXMAFJuG29EJio1Vym-SHW14MnNWNj-FtvA',
  wrapped_key:
    'REIBAgEAAAAfeEGelH78T6Epu26BJ0pYbmcEwz3QfgOf7BqZKZ0Sc-3RHXVjGXwYNxP3MP5z0n7n-xi4dMFCqSRcT9F1xOxKcn9_mGMQNp5yaw-CH_I3syMti1onEMoaD0Hll4WVkzFWHCgDF7aEeQ',
};

export const draftExamples: Examples = {
  uce: {
    summary: 'uce: the server seals it',
    value: {
      entry_date: '2026-11-21',
      title: 'First snow',
      content: 'Woke up to a white garden. The cat refused to believe it.',
      mood: 'calm',
      tags: ['garden'],
    },
  },
  e2e: {
    summary: 'e2e: sealed by the client (here by the account of the sign-up example)',
    value: {
      id: '019a0000-3000-7000-8000-000000000001',
      entry_date: '2026-11-21',
      ...sealedExample,
    },
  },
};

export const replacementExamples: Examples = {
  uce: {
    summary: 'uce: all of it, anew',
    value: { entry_date: '2026-11-21', title: 'First snow', content: 'It was gone by noon.', tags: ['garden'] },
  },
};

export const patchExamples: Examples = {
  uce: { summary: 'uce: another mood, and no title', value: { mood: 'content', title: null } },
};

export const revertExamples: Examples = {
  uce: { summary: 'uce: nothing to send', value: {} },
};

export const tagExamples: Examples = { any: { summary: 'Another name', value: { name: 'balcony' } } };

export const queryExamples: Examples = {
  uce: { summary: 'uce: by tag and mood', value: { tags: ['garden'], mood: 'calm', from: '2026-01-01' } },
  any: { summary: 'Either tier: the trash', value: { deleted: true } },
};

export const batchExamples: Examples = {
  uce: {
    summary: 'uce: two entries',
    value: { entries: [{ content: 'Rain.' }, { kind: 'gratitude', content: 'The neighbour’s soup.' }] },
  },
};

export const idsExamples: Examples = {
  any: { summary: 'One id', value: { ids: ['019a0000-3000-7000-8000-000000000001'] } },
};
