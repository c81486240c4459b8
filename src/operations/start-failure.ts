import { EnvironmentInvalidError } from '../config/env';
import { SchemaNotReadyError } from '../database/schema-not-ready.error';
import { maskText } from './log-masking';

/** What to print when the service does not start: a plain sentence where we know the cause, the stack where we do not. */
export function explainStartFailure(error: unknown): string {
  if (error instanceof EnvironmentInvalidError || error instanceof SchemaNotReadyError) return error.message;
  if (!(error instanceof Error)) return `The service could not start: ${maskText(String(error))}`;
  const code: unknown = 'code' in error ? error.code : undefined;
  const port: unknown = 'port' in error ? error.port : undefined;
  if ('syscall' in error && error.syscall === 'listen') {
    if (code === 'EADDRINUSE')
      return `Port ${String(port)} is taken by another program. Stop that, or set PORT to a free one.`;
    if (code === 'EACCES')
      return `Port ${String(port)} needs more rights than this user has. Set PORT to one above 1023.`;
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      return 'HOST is not an address of this machine. Set it to 0.0.0.0 or 127.0.0.1.';
  }
  const outside = explainDatabase(code);
  if (outside !== undefined) return outside;
  return `The service could not start: ${maskText(error.stack ?? error.message)}`;
}

/** Nothing else is connected to while the modules are put together. */
function explainDatabase(code: unknown): string | undefined {
  switch (code) {
    case 'ECONNREFUSED':
    case 'ECONNRESET':
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
      return 'PostgreSQL does not answer at the address in DATABASE_URL. Start it, or correct the address.';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'The host in DATABASE_URL is not known. Correct the address.';
    case '28P01':
    case '28000':
      return 'PostgreSQL refuses the user or the password in DATABASE_URL.';
    case '3D000':
      return 'The database that DATABASE_URL names does not exist. Create it, or name another.';
    default:
      return undefined;
  }
}
