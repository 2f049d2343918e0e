import { describeEvents } from './behaviour.js';

describeEvents('PostgreSQL', {}, async () => undefined);
