import { z } from 'zod';
import { UserId } from '../../platform/ids.js';
import { event } from '../../platform/queue/event.js';

export const SignedUp = event('auth.signed-up', z.strictObject({ userId: UserId }));
