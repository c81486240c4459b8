import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ConfigModule } from '../../config/config.module';
import { parseEnv } from '../../config/env';
import { runCommand } from '../../config/run-command';
import { type AccountId, isUuid } from '../../database/ids';
import { DatabaseModule } from '../../database/database.module';
import { CaseCounting } from './case-counting.service';
import { CommentCounting } from './comment-counting.service';
import { CommentRebuild } from './comment-rebuild.service';
import { MetricsRebuild, type RebuildRange } from './metrics-rebuild.service';

/** As little of the application as counting needs: no Redis, no Meta, no schedule. */
@Module({})
export class RebuildMetricsModule {
  static forEnvironment(env: Readonly<Record<string, string | undefined>>): DynamicModule {
    return {
      module: RebuildMetricsModule,
      imports: [ConfigModule.forEnvironment(env), DatabaseModule],
      providers: [CaseCounting, MetricsRebuild, CommentCounting, CommentRebuild],
    };
  }
}

const USAGE =
  'Usage: npm run analytics:rebuild -- [--from 2026-01-01] [--until 2026-03-31] [--account <id>]. Without dates: everything that is stored.';

/** What is wrong with how the command was called. */
export class RebuildUsageError extends Error {
  constructor(problem: string) {
    super(`${problem}\n${USAGE}`);
    this.name = RebuildUsageError.name;
  }
}

/** @throws RebuildUsageError for anything that it does not know or that is no date */
export function rebuildRangeOf(args: readonly string[]): RebuildRange {
  const { from, until, account } = readOptions(args);
  if (account !== undefined && !isUuid(account))
    throw new RebuildUsageError(`--account ${account} is no id of an account.`);
  const range: RebuildRange = {
    from: from === undefined ? undefined : dayOf('--from', from),
    // The day is part of what is counted again.
    until: until === undefined ? undefined : new Date(dayOf('--until', until).getTime() + DAY_MS),
    accountId: account as AccountId | undefined,
  };
  if (range.from !== undefined && range.until !== undefined && range.from >= range.until)
    throw new RebuildUsageError('--until lies before --from.');
  return range;
}

function readOptions(args: readonly string[]): { from?: string; until?: string; account?: string } {
  const option = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: { from: option, until: option, account: option },
    }).values;
  } catch (error) {
    throw new RebuildUsageError(error instanceof Error ? error.message : String(error));
  }
}

function dayOf(option: string, text: string): Date {
  const day = new Date(`${text}T00:00:00Z`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(day.getTime()) || !day.toISOString().startsWith(text))
    throw new RebuildUsageError(`${option} ${text} is no day. Write it as 2026-03-31.`);
  return day;
}

const DAY_MS = 86_400_000;

/**
 * `npm run analytics:rebuild`: counts the messages that were stored in the given months once more, and puts figures right that
 * differ. It may run beside the live service.
 * @returns the exit code
 */
export async function rebuildMetrics(
  env: Readonly<Record<string, string | undefined>>,
  args: readonly string[],
  say: (line: string) => void,
): Promise<number> {
  const range = rebuildRangeOf(args);
  parseEnv(env); // first, for its plain list of what is wrong
  const app = await NestFactory.createApplicationContext(RebuildMetricsModule.forEnvironment(env), {
    logger: ['warn', 'error', 'fatal'],
    abortOnError: false,
  });
  try {
    const rebuild = app.get(MetricsRebuild);
    const months = await rebuild.run(range, ({ month, messages, corrected }) => {
      say(`${month}: ${messages} messages counted, ${corrected} figures corrected`);
    });
    say(`Cases of conversations: ${await rebuild.rebuildCases(range)} corrected`);
    say(`Comments by post: ${await app.get(CommentRebuild).run(range)} corrected`);
    if (months.length === 0) say('No messages of these months are stored.');
    return 0;
  } finally {
    await app.close();
  }
}

runCommand(module, rebuildMetrics);
