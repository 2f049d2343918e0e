import { onPostgres } from '../harness/queue-store.js';
import { describeEvents } from './behaviour.js';
import { describeDeadLetters } from './dead-letters.js';
import { describeKilledWorkers } from './killed.js';

const nothing = async () => undefined;

describeEvents(onPostgres, nothing);
describeDeadLetters(onPostgres, nothing);
describeKilledWorkers(onPostgres, nothing);
