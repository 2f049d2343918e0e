import {
  AccountErased,
  EmailCodeAsked,
  ErasureAsked,
  PasswordChanged,
  RecoveryCodeUsed,
  SignedInElsewhere,
  SignedUp,
} from './modules/auth/auth.events.js';
import {
  FacebookPullAsked,
  FacebookPushAsked,
  FacebookRevokeAsked,
} from './modules/integrations/integrations.events.js';
import type { Reactions } from './platform/queue/outbox.js';

/** Which event reaches which queue. An event that is missing here stops the start. */
export const reactions: Reactions = {
  [SignedUp.name]: ['auth'],
  [SignedInElsewhere.name]: ['auth'],
  [PasswordChanged.name]: ['auth'],
  [RecoveryCodeUsed.name]: ['auth'],
  [EmailCodeAsked.name]: ['auth'],
  [ErasureAsked.name]: ['auth'],
  [AccountErased.name]: ['auth'],
  [FacebookPullAsked.name]: ['integrations'],
  [FacebookPushAsked.name]: ['integrations'],
  [FacebookRevokeAsked.name]: ['integrations'],
};
