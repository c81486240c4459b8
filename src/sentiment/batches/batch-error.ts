import { ValidationFailedError } from '../../errors/app.error';

/** @param rule stable: `file.encoding`, `csv.column`, … */
export function fileRefused(rule: string, message: string): ValidationFailedError {
  return ValidationFailedError.of('file', rule, message);
}
