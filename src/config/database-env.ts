import { plainToInstance } from 'class-transformer';
import { Env, EnvironmentInvalidError, problemsIn, setValues } from './env';

const NAMES = ['DATABASE_URL', 'MIGRATION_DATABASE_URL'] as const;

/** What a command needs that touches nothing but the database's schema. */
export type DatabaseEnv = Pick<Env, (typeof NAMES)[number]>;

/** @throws EnvironmentInvalidError naming what is wrong with these settings; the others are not looked at */
export function parseDatabaseEnv(source: Readonly<Record<string, string | undefined>>): DatabaseEnv {
  const given = setValues(source, new Set(NAMES));
  const env = plainToInstance(Env, given, { exposeDefaultValues: true });
  const problems = problemsIn(env, given).filter(({ name }) => NAMES.some((known) => known === name));
  if (problems.length > 0) throw new EnvironmentInvalidError(problems);
  return env;
}
