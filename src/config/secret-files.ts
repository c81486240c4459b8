import { readFileSync } from 'node:fs';

/**
 * Settings that may stand in a file, as containers are given secrets: `JWT_SECRET_FILE=/run/secrets/jwt` in the place of
 * `JWT_SECRET`. A file is not shown by `docker inspect`, nor handed on to child processes, as the environment is.
 */
export const SECRET_SETTINGS = [
  'DATABASE_URL',
  'MIGRATION_DATABASE_URL',
  'REDIS_URL',
  'META_APP_SECRET',
  'META_APP_SECRETS_PREVIOUS',
  'INSTAGRAM_APP_SECRET',
  'ENCRYPTION_KEYS',
  'JWT_SECRET',
  'JWT_SECRETS_PREVIOUS',
  'AUTH_JWT_SECRET',
  'MEDIA_S3_ACCESS_KEY_ID',
  'MEDIA_S3_SECRET_ACCESS_KEY',
  'SENTIMENT_API_KEY',
  'METRICS_TOKEN',
] as const;

export interface SecretFiles {
  /** By the name of the setting, without the line break at the end. */
  contents: Record<string, string>;
  /** Files that cannot be read, and settings that are given both ways. */
  problems: { name: string; hint: string }[];
}

export function readSecretFiles(source: Readonly<Record<string, string | undefined>>): SecretFiles {
  const files: SecretFiles = { contents: {}, problems: [] };
  for (const name of SECRET_SETTINGS) {
    const path = source[`${name}_FILE`]?.trim() ?? '';
    if (path === '') continue;
    if ((source[name]?.trim() ?? '') !== '') {
      files.problems.push({ name, hint: `malformed; set either this or ${name}_FILE` });
      continue;
    }
    try {
      files.contents[name] = readFileSync(path, 'utf8').trimEnd();
    } catch (error) {
      const code =
        typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
      files.problems.push({ name: `${name}_FILE`, hint: `malformed; the file cannot be read (${code})` });
    }
  }
  return files;
}
