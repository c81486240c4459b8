import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ConfigModule } from '../../config/config.module';
import { parseEnv } from '../../config/env';
import { runCommand } from '../../config/run-command';
import { DatabaseModule } from '../../database/database.module';
import { type AccountId, isUuid } from '../../database/ids';
import { SearchIndexModule } from './search-index.module';
import { SearchRebuild } from './search-rebuild.service';

/** As little of the application as indexing needs: no Redis, no Meta, no schedule. */
@Module({})
export class ReindexSearchModule {
  static forEnvironment(env: Readonly<Record<string, string | undefined>>): DynamicModule {
    return {
      module: ReindexSearchModule,
      imports: [ConfigModule.forEnvironment(env), DatabaseModule, SearchIndexModule],
      providers: [SearchRebuild],
    };
  }
}

const USAGE = 'Usage: npm run search:reindex -- [--account <id>]. Without an account: of all of them.';
const SAY_EVERY_MS = 2_000;

/** What is wrong with how the command was called. */
export class ReindexUsageError extends Error {
  constructor(problem: string) {
    super(`${problem}\n${USAGE}`);
    this.name = ReindexUsageError.name;
  }
}

/** @throws ReindexUsageError for anything that it does not know */
export function accountOf(args: readonly string[]): AccountId | null {
  let account: string | undefined;
  try {
    ({ account } = parseArgs({ args: [...args], options: { account: { type: 'string' } } }).values);
  } catch (error) {
    throw new ReindexUsageError(error instanceof Error ? error.message : String(error));
  }
  if (account !== undefined && !isUuid(account))
    throw new ReindexUsageError(`--account ${account} is no id of an account.`);
  return (account as AccountId | undefined) ?? null;
}

/**
 * `npm run search:reindex`: makes the search index anew. It may run beside the live service, be stopped, and be started again.
 * @returns the exit code
 */
export async function reindexSearch(
  env: Readonly<Record<string, string | undefined>>,
  args: readonly string[],
  say: (line: string) => void,
): Promise<number> {
  const accountId = accountOf(args);
  parseEnv(env); // first, for its plain list of what is wrong
  const app = await NestFactory.createApplicationContext(ReindexSearchModule.forEnvironment(env), {
    logger: ['warn', 'error', 'fatal'],
    abortOnError: false,
  });
  let saidAt = 0;
  try {
    const total = await app.get(SearchRebuild).run(accountId, (left) => {
      if (Date.now() - saidAt < SAY_EVERY_MS) return;
      saidAt = Date.now();
      say(`${left} left`);
    });
    say(`${total} messages, comments, contacts and notes looked at`);
    return 0;
  } finally {
    await app.close();
  }
}

runCommand(module, reindexSearch);
