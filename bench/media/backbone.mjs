// PostgreSQL and the object store of an instance under a folder, in a process of their own, until SIGTERM. It sends the
// environment that an API process needs to its parent.
import { once } from 'node:events';
import { startInstance } from '../../dist/src/platform/embedded/instance.js';

const instance = await startInstance(process.argv[2]);
const told = once(process, 'SIGTERM');
process.send(instance.environment);
await told;
await instance.stop();
process.disconnect();
