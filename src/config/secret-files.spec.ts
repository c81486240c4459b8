import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDatabaseEnv } from './database-env';
import { EnvironmentInvalidError } from './env';
import { SECRET_SETTINGS, readSecretFiles } from './secret-files';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'secret-files-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const file = (content: string): string => {
  const path = join(folder, 'secret');
  writeFileSync(path, content);
  return path;
};

describe('secrets in files', () => {
  it('are read without the line break that editors and echo put behind them', () => {
    expect(readSecretFiles({ JWT_SECRET_FILE: file('a secret with spaces inside\n'), PORT: '1' })).toEqual({
      contents: { JWT_SECRET: 'a secret with spaces inside' },
      problems: [],
    });
  });

  it('are offered for every secret and nothing else, and the example says for which', () => {
    expect(readSecretFiles({ PORT_FILE: file('80') })).toEqual({ contents: {}, problems: [] });
    const example = readFileSync(join(__dirname, '../../.env.example'), 'utf8').replaceAll(/\n# /g, ' ');
    const [, named = ''] = /These are ([A-Z0-9_, and]+)\./.exec(example) ?? [];
    expect(named.split(/, | and /)).toEqual([...SECRET_SETTINGS]);
  });

  it('are refused beside the setting itself, and where there is no such file, without a word of what is in either', () => {
    const twice = readSecretFiles({ JWT_SECRET: 'canary', JWT_SECRET_FILE: file('canary') });
    expect(twice).toEqual({
      contents: {},
      problems: [{ name: 'JWT_SECRET', hint: 'malformed; set either this or JWT_SECRET_FILE' }],
    });
    expect(readSecretFiles({ JWT_SECRET_FILE: join(folder, 'none') }).problems).toEqual([
      { name: 'JWT_SECRET_FILE', hint: 'malformed; the file cannot be read (ENOENT)' },
    ]);
  });

  it('count as not set while they name nothing, as compose files pass on what is missing', () => {
    expect(readSecretFiles({ JWT_SECRET: 'x', JWT_SECRET_FILE: '' })).toEqual({ contents: {}, problems: [] });
  });
});

describe('the settings of the database alone', () => {
  it('are enough for whoever migrates, and are checked like all', () => {
    expect(parseDatabaseEnv({ DATABASE_URL: 'postgres://app@db/meta' })).toMatchObject({
      DATABASE_URL: 'postgres://app@db/meta',
    });
    expect(() => parseDatabaseEnv({})).toThrow(EnvironmentInvalidError);
    expect(() =>
      parseDatabaseEnv({ DATABASE_URL: 'postgres://app@db/meta', MIGRATION_DATABASE_URL: 'mysql://x' }),
    ).toThrow(/MIGRATION_DATABASE_URL: malformed; postgres:\/\/owner/);
  });
});
