import type { Examples } from '../../../platform/http/accepts.js';

export const erasureAskedExamples: Examples = {
  any: { summary: 'Keep it', value: { receipt: 'AaH_dODQdRaQkEipSTYgyZ9JmtfEy0rwp9i2f786nLM' } },
};

export const erasureExamples: Examples = {
  erasing: {
    summary: 'Under way: the account is closed, and nothing opens the diary any more',
    value: {
      state: 'erasing',
      asked_at: '2026-11-21T18:53:33.939Z',
      erased_at: null,
      counts: { slots: 12, sessions: 1, passwords: 1, recovery_codes: 10, sign_in_names: 1 },
      backups_gone_on: null,
    },
  },
  erased: {
    summary: 'Done, but for backups',
    value: {
      state: 'erased',
      asked_at: '2026-11-21T18:53:33.939Z',
      erased_at: '2026-11-21T18:53:34.189Z',
      counts: {
        slots: 12,
        devices: 2,
        key_log: 1,
        storage: 1,
        accounts: 1,
        sessions: 1,
        passwords: 1,
        ledger_heads: 1,
        private_keys: 2,
        ledger_events: 9,
        sign_in_names: 1,
        recovery_codes: 10,
        security_events: 9,
      },
      backups_gone_on: '2026-12-06',
    },
  },
};

/** Of each list its first item. */
const held = {
  failed_work: [],
  repeatable_requests: [],
  jobs: [],
  account: {
    user: [
      {
        id: '01a1ff74-e0d0-7516-9090-48a9493620c9',
        tier: 'uce',
        email: 'ada@example.com',
        email_verified_at: null,
        display_name: 'Ada',
        time_zone: 'Europe/Vienna',
        locale: 'de-AT',
        created_at: '2026-11-21T18:53:32.241Z',
      },
    ],
    sign_in_names: [
      {
        kind: 'email',
        name: 'ada@example.com',
      },
    ],
    password: [
      {
        changed_at: '2026-11-21T18:53:32.241Z',
      },
    ],
    imported_password: [],
    address_to_prove: [
      {
        email: 'ada@example.com',
        expires_at: '2026-11-21T19:53:32.440Z',
      },
    ],
    keys: [
      {
        kind: 'password',
        created_at: '2026-11-21T18:53:32.241Z',
        last_used_at: '2026-11-21T18:53:32.241Z',
        expires_at: null,
      },
    ],
    public_keys: [
      {
        algorithm: 'x25519',
        public_key_hex: '58464b60bffd740fa8c8dd7a97b0abfef5b29f4c63aebc8443405976b4f46907',
      },
    ],
    key_log: [
      {
        n: 1,
        statement_hex:
          '445301015fab9a459ca77126cdec4f776d9e89c901a1ff74e0d07516909048a9493620c90000000000000001000001a1ff74e0d10000000000000000000000000000000000000000000000000000000000000000000000423766c18ff58dc7b3348a220f60c4fba753f86d4dedbdcf5f72fd1d278ff561ec58464b60bffd740fa8c8dd7a97b0abfef5b29f4c63aebc8443405976b4f4690701027a565204f9e4725ec143ca95e9549cf7cb1ab62c569181ccf6758110e4ed039b149b811ee2406e263f0c6d73654d20b7444b88f10af83fa2953e4973496a0c06',
      },
    ],
    recovery_codes: [
      {
        created_at: '2026-11-21T18:53:32.241Z',
        used_at: null,
      },
    ],
    resets: [],
    devices: [
      {
        id: '01a1ff74-e19b-7542-94d7-5f4707c86966',
        name: 'My browser',
        type: 'web',
        platform: 'firefox',
        public_key_hex: null,
        created_at: '2026-11-21T18:53:32.443Z',
        last_seen_at: '2026-11-21T18:53:32.443Z',
      },
    ],
    sessions: [
      {
        id: '01a1ff74-e19b-7542-94d7-59843dd40791',
        device_id: '01a1ff74-e19b-7542-94d7-5f4707c86966',
        user_agent: 'Firefox on Linux',
        created_at: '2026-11-21T18:53:32.443Z',
        last_used_at: '2026-11-21T18:53:32.443Z',
        expires_at: '2026-12-21T18:53:32.446Z',
        password_at: '2026-11-21T18:53:32.443Z',
      },
    ],
    api_keys: [
      {
        id: '01a1ff74-e279-7082-87ac-691827d63134',
        name: 'Nightly print-out',
        scopes: ['entries:read'],
        hint: '0000',
        created_at: '2026-11-21T18:53:32.665Z',
        expires_at: null,
        last_used_at: null,
      },
    ],
    security_events: [
      {
        type: 'account_created',
        at: '2026-11-21T18:53:32.437Z',
        session_id: null,
        device_id: null,
        subject_id: null,
        reason: null,
      },
    ],
  },
  history: {
    seq: 4,
    hash: 'a9q1cJz_8JXsmqV3NllbHKPRKa2OweV88oJ_lso65Oo',
  },
  storage: {
    used_bytes: 0,
    quota_bytes: 10737418240,
  },
  media: [],
  entries: {
    entries: 0,
    in_trash: 0,
    first_date: null,
    last_date: null,
    sealed_bytes: 0,
    earlier_versions: 0,
    tags: 0,
    erased: 0,
  },
  inbox: [],
  integrations: {
    connections: [],
    brought_posts: [],
  },
};

export const exportExamples: Examples = {
  uce: {
    summary: 'uce: a new account, here with one of each list',
    value: { exported_at: '2026-11-21T18:53:32.867Z', held },
  },
};
