import { NoTurn } from '../turns.js';
import { pg } from './pg.js';

/** SQLSTATE codes this server acts on (PostgreSQL documentation, appendix A). */
export const SqlState = {
  uniqueViolation: '23505',
  serializationFailure: '40001',
  deadlockDetected: '40P01',
  lockNotAvailable: '55P03',
  queryCanceled: '57014',
  adminShutdown: '57P01',
  cannotConnectNow: '57P03',
  tooManyConnections: '53300',
  idleInTransaction: '25P03',
  undefinedTable: '42P01',
  insufficientPrivilege: '42501',
} as const;

/** The driver's error inside whatever TypeORM wrapped around it. */
function databaseError(error: unknown): pg.DatabaseError | undefined {
  if (error instanceof pg.DatabaseError) return error;
  if (error instanceof Error && 'driverError' in error) return databaseError(error.driverError);
  return undefined;
}

export const sqlState = (error: unknown): string | undefined => databaseError(error)?.code;

const repeatable = new Set<string | undefined>([
  SqlState.serializationFailure,
  SqlState.deadlockDetected,
  SqlState.lockNotAvailable,
]);

/** The transaction lost against another, or waited too long for it, and may simply be run again. */
export const isRepeatable = (error: unknown): boolean => repeatable.has(sqlState(error));

const busy = new Set<string | undefined>([
  SqlState.serializationFailure,
  SqlState.deadlockDetected,
  SqlState.lockNotAvailable,
  SqlState.queryCanceled,
  SqlState.adminShutdown,
  SqlState.cannotConnectNow,
  SqlState.tooManyConnections,
  SqlState.idleInTransaction,
]);
const unreachable =
  /^(timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error)/;
/** What TypeORM throws when the connection went away between two statements of a transaction. */
const lostRunners = new Set(['QueryRunnerProviderAlreadyReleasedError', 'QueryRunnerAlreadyReleasedError']);
const networkCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND']);

/** Whether the database could not do it now and may later: timeouts, restarts, no free connection. */
export function isBusy(error: unknown): boolean {
  if (error instanceof NoTurn || busy.has(sqlState(error))) return true;
  const cause = error instanceof Error && 'driverError' in error ? error.driverError : error;
  if (!(cause instanceof Error)) return false;
  if (lostRunners.has(cause.name)) return true;
  return unreachable.test(cause.message) || ('code' in cause && networkCodes.has(String(cause.code)));
}
