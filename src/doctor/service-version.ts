import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installationRoot } from '../config/installation-root';

let known: string | undefined;

/** As package.json says it; read once. */
export function serviceVersion(): string {
  known ??= read();
  return known;
}

function read(): string {
  try {
    const parsed: unknown = JSON.parse(readFileSync(join(installationRoot(), 'package.json'), 'utf8'));
    const version: unknown =
      typeof parsed === 'object' && parsed !== null && 'version' in parsed ? parsed.version : undefined;
    return typeof version === 'string' ? version : 'unknown';
  } catch {
    return 'unknown';
  }
}
