import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The folder that package.json is in. Relative paths of settings are seen from here, not from the working directory:
 * processes that were started from different places would each have their own.
 */
export function installationRoot(from = __dirname): string {
  if (existsSync(join(from, 'package.json'))) return from;
  const above = dirname(from);
  return above === from ? process.cwd() : installationRoot(above);
}
