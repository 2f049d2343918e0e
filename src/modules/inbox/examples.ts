import { type Examples, within } from '../../platform/http/accepts.js';

export const arrivalExamples = {
  plain: {
    summary: 'Let the server seal it',
    value: { source: 'weather-station', entry_date: '2026-11-21', content: 'First snow at six in the morning: 4 cm.' },
  },
} satisfies Examples;

export const acceptanceExamples: Examples = { uce: { summary: 'uce: nothing to send', value: {} } };

const id = '01a1ff74-f126-756e-a5fe-c8a89f07c8e7';
const head = { seq: 16, hash: '_4rzIPCnrd4QCHisnMCbDSsrXxowAtIE49JaZXpyQaA' };

export const arrivedExamples: Examples = { any: { summary: 'It is there', value: { id, history_head: head } } };

const recipient = (tier: string) => ({
  user_id: '01a1ff74-eccd-7d49-b3cb-1409615b100f',
  tier,
  public_key: 'gFjV1pMJbpd41kOB25hwkKXqnSQoOydpmwrI2gAg-hY',
  key_log: [
    'RFMBAfWw6_0nAasvHLAcgpxbAusBof907M19SbPLFAlhWxAPAAAAAAAAAAEAAAGh_3TszQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQq9_2M1xsf-WmYv0Dfan0U0RNysEQEJds5VFc1E4NkLPgFjV1pMJbpd41kOB25hwkKXqnSQoOydpmwrI2gAg-hYAAjycnPg6yjXt0dAS5AWDFn3imCvXSte_RaS2fibFJ50bZBc-pwl3KcVGIBr5AcHBqE8HyTPS9OGHBsxPwVPHhgQ',
  ],
});
export const recipientExamples: Examples = {
  uce: { summary: 'uce', value: recipient('uce') },
  e2e: { summary: 'e2e', value: recipient('e2e') },
};

const shown = {
  id,
  kind: 'diary',
  entry_date: '2026-11-21',
  source: 'weather-station',
  external_id: null,
  brought_by: 'api_key',
  brought_by_id: '01a1ff74-f113-7099-b4c9-0a88b594772b',
  sealed_by: 'server',
  state: 'waiting',
  created_at: '2026-11-21T18:53:36.471Z',
  expires_at: '2026-12-05T18:53:36.476Z',
  deleted_at: null,
};
const items: Examples = {
  uce: {
    summary: 'uce',
    value: { ...shown, tier: 'uce', title: null, content: arrivalExamples.plain.value.content },
  },
  e2e: {
    summary: 'e2e: sealed to the owner',
    value: {
      ...shown,
      tier: 'e2e',
      sealed:
        'REIBAQEAAACBFAec91DDeqmlyfcgqamQ1jyVWqODT7cohqOrAa5HwQMCT1IVmWkuBgmflrI5itkD_HMFwwiOphl1DLQmD4TfEdo-eva82HQdF9LESBTa4YQTCQxVWpcMEMGOr_NqXdMtD6_e3AyNyVIFnWc_BoKMLOjwEtqpVSQsAp3KqIR1794MHPRxXTWdVFSWahnZi7-eWSuXVi2Gta_GTG9IiIMQHl7juhE4Wr1xsyW6xausKlcssKslUKy-ap-zTqeOrM5Q3Z_w2Y1DmGCI24JFsLu2sYf55Tjsrtvoo7wLssIkkchgbXTrB24mF-15edwjuHOTH3CE6erg8SP7PNkv4iE91BM4MNWjolUBVsP8T7fPx_sdBHhB8-N4H3USozMl-W6zFhqE0ckFxROSPfiIC-z9YuPGy9nDx9U',
      boxed_key:
        'REIBAwIAAABZMEqGOSbDuG0MTF3ns9rZAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAHorT6MlVWUmHXQrHjFfCqsWkmlUpBauRMd_CqoV3aQH0lgzrzjeTOh-OAnXzJkzvaQualxBPcj9fOslcVYsJ1Rhv-a7hoRq80KZ3Ltp5c6RIjG83IH08mp0wuWp8H8Z5T55iujZXv0s17mAI9qxcipqtxVM0DQp3y3l723Lu46Q',
    },
  },
};
export const inboxPageExamples = within(items, (value) => ({ data: [value], next_cursor: null }));

const moved = { id, expires_at: shown.expires_at, history_head: head };
export const movedExamples: Examples = {
  discarded: { summary: 'Discarded', value: { ...moved, deleted_at: '2026-11-21T18:53:36.440Z' } },
  restored: { summary: 'Restored', value: { ...moved, deleted_at: null } },
};
