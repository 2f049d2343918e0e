import type { Examples } from '../../../platform/http/accepts.js';
import { e2eSignUpExample } from '../accounts/e2e-example.js';
import { tokensExamples } from '../sessions/examples.js';

const { email, password, kdf, keys, recovery } = e2eSignUpExample;
const [e2eCode] = recovery;

export const codes: readonly string[] = [
  'D862-H23Q-N3ZB-KKP3-862V-H67T-YQ6',
  'N8VD-Y1SD-RRSF-P0ND-PC15-EQ40-SQ0',
  '32YA-FB7T-XKGD-P5AM-4M7F-PW43-CYR',
  'TQSG-51YV-0Y4R-S9BG-0CCM-Y51J-733',
  'T12A-ADVJ-WXAE-3F0X-09KT-3652-WB4',
  'ZN3S-6821-PZJD-774D-RZKA-BHKS-2G5',
  'QNDE-AXFA-1V4T-2JKW-F9DB-GWF3-H35',
  '916C-SFVB-ZBBA-XJFQ-HW30-1F20-D6F',
  'ZVNK-71S2-XHYK-R7Z2-M4H9-HX71-BEN',
  '97Q3-B56K-E1P5-NZH3-JHZH-9PK2-MER',
];
const token = {
  uce: 'dbv_AaH_dODQdRaQkEipSTYgyQGh_3Tme3G3j_P7GAGOrtpoz8eGOcd4otyBAkZtkxvB2ySHar9md-2lL7t3Rme89znGUEzY3aHsT0rVBmEpTFk',
  e2e: 'dbv_AZoAACEgex2jdMO2WmvP8QGh_3Tp_XTJjt9XKRniB0kSYzOB5D3e9jThwXL0m4CUEW_wKtKKfI2FieKe1ElK7cfP8Duj5sC2MtUy7o9uoX0',
};

export const codeCheckExamples: Examples = {
  uce: {
    summary: 'uce: a code as it was shown',
    description:
      'One of `recovery_codes` in the answer to your sign-up, or to POST /auth/recovery-codes: this one is nobody’s.',
    value: { email: 'ada@example.com', code: codes[0] },
  },
  e2e: {
    summary: 'e2e: the verifier of a code (the first one of the sign-up example)',
    value: { email, code: e2eCode?.verifier },
  },
};

export const codeAcceptedExamples: Examples = {
  uce: { summary: 'uce', value: { recovery_token: token.uce } },
  e2e: {
    summary: 'e2e: with what the code opens',
    value: {
      recovery_token: token.e2e,
      user_id: e2eSignUpExample.user_id,
      slot_id: e2eCode?.id,
      wrapped_master_key: e2eCode?.wrapped_master_key,
    },
  },
};

const fromCheck = 'The token is the `recovery_token` that POST /auth/verify-recovery-code answered: this one was used.';

export const resetExamples: Examples = {
  uce: {
    summary: 'uce',
    description: fromCheck,
    value: { recovery_token: token.uce, new_password: 'a foggy tuesday with toast' },
  },
  e2e: {
    summary: 'e2e: the account of the sign-up example, to the same password again',
    description: fromCheck,
    value: { recovery_token: token.e2e, new_password: password, keys: { kdf, slot: keys.slot } },
  },
};

export const resetAnswerExamples: Examples = {
  uce: { summary: 'uce', value: { tokens: tokensExamples.uce } },
  e2e: { summary: 'e2e', value: { tokens: tokensExamples.e2e } },
  cookie: { summary: 'In cookie mode: the cookies are set', value: {} },
};

export const newCodesExamples: Examples = {
  uce: { summary: 'uce: shown this once', value: { recovery_codes: codes } },
  e2e: { summary: 'e2e: the client made them', value: {} },
};
