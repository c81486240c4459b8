import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { createApp } from '../app.setup';
import { type Env, EnvironmentInvalidError, parseEnv } from '../config/env';
import { runCommand } from '../config/run-command';
import { type AccountId, isUuid } from '../database/ids';
import { AppError } from '../errors/app.error';
import { preflight } from './doctor-preflight';
import type { DoctorReport } from './doctor-report';
import { textOf } from './doctor-text';
import { DoctorService } from './doctor.service';
import { type Finding, about, worstOf } from './finding';

const USAGE = `npm run doctor -- [--json] [--verbose] [--canary] [--account <id>]

  --json          the report as JSON on standard output
  --verbose       what was seen, too
  --canary        sends a delivery of no effect to PUBLIC_URL and watches it being processed
  --account <id>  of the connected accounts only this one

Exit code 0: no errors. 1: errors, or it could not be looked at all.`;

interface Wishes {
  json: boolean;
  verbose: boolean;
  canary: boolean;
  account: AccountId | undefined;
}

/**
 * `npm run doctor`, with the settings of the installation beside it: everything that the doctor of the API tells, of all
 * accounts. It takes no role: it serves, processes and schedules nothing.
 * @returns the exit code
 */
export async function runDoctor(
  environment: Readonly<Record<string, string | undefined>>,
  options: readonly string[],
  say: (text: string) => void,
): Promise<number> {
  const wishes = readOptions(options);
  if (wishes === null) {
    say(USAGE);
    return 1;
  }
  const report = await examine(environment, wishes);
  say(wishes.json ? JSON.stringify(report, null, 2) : textOf(report, wishes.verbose));
  return report.verdict === 'error' ? 1 : 0;
}

function readOptions(options: readonly string[]): Wishes | null {
  try {
    const { values } = parseArgs({
      args: [...options],
      options: {
        json: { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
        canary: { type: 'boolean', default: false },
        account: { type: 'string' },
      },
    });
    const { account } = values;
    if (account !== undefined && !isUuid(account)) return null;
    return { ...values, account: account as AccountId | undefined };
  } catch {
    return null;
  }
}

async function examine(
  environment: Readonly<Record<string, string | undefined>>,
  { canary, account }: Wishes,
): Promise<DoctorReport> {
  const startedAt = new Date();
  const alone = (findings: Finding[]): DoctorReport => ({
    accountId: null,
    startedAt,
    tookMs: Date.now() - startedAt.getTime(),
    verdict: worstOf(findings),
    findings,
  });
  let env: Env;
  try {
    env = parseEnv(environment);
  } catch (error) {
    if (!(error instanceof EnvironmentInvalidError)) throw error;
    return alone(error.problems.map(settingFinding));
  }
  const problems = await preflight(env);
  if (problems.length > 0) return alone(problems);
  const app = await createApp({
    ...environment,
    APP_ROLES: 'api', // and it does not listen: of the roles that one does nothing by itself
    LOG_LEVEL: 'silent',
  });
  try {
    return await app
      .get(DoctorService, { strict: false })
      .examineAll({ canary, ...(account === undefined ? {} : { accountId: account }) });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return alone([
      about(
        'accounts',
        'the connected accounts',
      )({
        severity: 'error',
        title: 'There is no such account',
        explanation: error.message,
        fix: 'GET /api/meta/auth/accounts lists the ids.',
      }),
    ]);
  } finally {
    await app.close();
  }
}

function settingFinding({ name, hint }: { name: string; hint: string }): Finding {
  return about(
    'settings',
    name,
  )({
    severity: 'error',
    title: 'The setting is missing or malformed',
    explanation: `${hint}. The service does not start.`,
    fix: '.env.example documents every setting.',
  });
}

runCommand(module, runDoctor);
