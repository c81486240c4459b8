import { EnvironmentInvalidError } from '../config/env';
import { maskText } from './log-masking';

/** What to print when the service does not start: a plain sentence where we know the cause, the stack where we do not. */
export function explainStartFailure(error: unknown): string {
  if (error instanceof EnvironmentInvalidError) return error.message;
  if (!(error instanceof Error)) return `The service could not start: ${maskText(String(error))}`;
  const code: unknown = 'code' in error ? error.code : undefined;
  const port: unknown = 'port' in error ? error.port : undefined;
  if ('syscall' in error && error.syscall === 'listen') {
    if (code === 'EADDRINUSE')
      return `Port ${String(port)} is taken by another program. Stop that, or set PORT to a free one.`;
    if (code === 'EACCES') return `Port ${String(port)} needs more rights than this user has. Set PORT to one above 1023.`;
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      return 'HOST is not an address of this machine. Set it to 0.0.0.0 or 127.0.0.1.';
  }
  return `The service could not start: ${maskText(error.stack ?? error.message)}`;
}
