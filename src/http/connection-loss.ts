import { isNativeError } from 'node:util/types';

// PostgreSQL: class 08 (connection), 57P01–57P03 (shutting down, crashed, starting up), 53300 (no connection free), 25P03
// (the session was ended because its transaction stood still), 53100 (its disk is full: the next that it does is to go down).
const POSTGRES_STATES = /^(08...|57P0[1-3]|53[13]00|25P03)$/;
const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
// pg, pg-pool and ioredis tell these apart by their words alone.
const MESSAGES = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'Client has encountered a connection error',
  'Connection is closed',
  "Stream isn't writeable",
  'Cannot use a pool after calling end on the pool',
  'Driver not Connected',
];
const NAMES = new Set(['MaxRetriesPerRequestError', 'ConnectionNotFoundError', 'DriverNotConnectedError']);

/** Whether PostgreSQL or Redis could not be reached, went away meanwhile, or has no room to work in. Looks through wrapped errors. */
export function isConnectionLoss(thrown: unknown, depth = 0): boolean {
  if (!isNativeError(thrown) || depth > 5) return false;
  const code: unknown = 'code' in thrown ? thrown.code : undefined;
  if (typeof code === 'string' && (SOCKET_CODES.has(code) || POSTGRES_STATES.test(code))) return true;
  if (NAMES.has(thrown.name) || MESSAGES.some((words) => thrown.message.startsWith(words))) return true;
  // A host with several addresses fails with one error for each.
  if (
    'errors' in thrown &&
    Array.isArray(thrown.errors) &&
    thrown.errors.some((inner) => isConnectionLoss(inner, depth + 1))
  )
    return true;
  if ('driverError' in thrown && isConnectionLoss(thrown.driverError, depth + 1)) return true;
  return isConnectionLoss(thrown.cause, depth + 1);
}
