import { Injectable, Logger } from '@nestjs/common';
import { AppError } from '../../errors/app.error';
import { MediaStorage } from '../../media/media-storage';
import type { AnalyticsScope } from '../scope/analytics-scope';
import { AnalyticsScopes } from '../scope/analytics-scopes.service';
import { AnalyticsDatasets } from '../tables/analytics-datasets';
import type { AnalyticsDataset, DatasetName } from '../tables/analytics-table';
import { DatasetError, type FileOrder, ReportBuild, type ReportHouse, StoppedError } from './report-build';
import { ReportClaims, type ReportProgress } from './report-claims.repository';
import type { ClaimedReport, ReportProblem } from './stored-report';

/** Who is alive renews it. */
export const REPORT_LEASE_MS = 20_000;
const RENEW_EVERY_MS = 2_000;
/** A report that takes longer never ends. */
const LONGEST_BUILD_MS = 60 * 60_000;
const MOST_FAILURES = 3;
/** One that ends the process each time must not end it for ever. */
const MOST_CRASHES = 12;
const FIRST_WAIT_MS = 2_000;

const ACCESS_LOST = {
  code: 'ACCESS_LOST',
  message: 'Whoever asked for it has no access to the account any more.',
};
const BROKEN_OFF = {
  code: 'BROKEN_OFF',
  message: 'It was begun many times, and the service ended each time in the midst of it.',
};

/**
 * Builds a report: its files first, each named by the attempt, then its end. Rows go to storage as they are read. Whenever the
 * process dies, what it has stored is nobody's, and another process builds the report anew.
 */
@Injectable()
export class ReportBuilder implements ReportHouse {
  private readonly log = new Logger(ReportBuilder.name);

  constructor(
    private readonly claims: ReportClaims,
    private readonly scopes: AnalyticsScopes,
    private readonly datasets: AnalyticsDatasets,
    private readonly storage: MediaStorage,
  ) {}

  /** @param closing ends it; it is handed back then */
  async run(report: ClaimedReport, closing: AbortSignal): Promise<void> {
    const progress: ReportProgress = { datasetsDone: 0, tablesDone: 0, tablesTotal: null, rowsDone: 0 };
    const lost = new AbortController();
    const late = AbortSignal.timeout(LONGEST_BUILD_MS);
    const renewing = this.keep(report, progress, lost);
    try {
      if (report.crashes >= MOST_CRASHES) await this.claims.fail(report, BROKEN_OFF);
      else if (!(await this.claims.mayRead(report))) await this.claims.fail(report, ACCESS_LOST, true);
      else {
        const work = new ReportBuild(report, progress, AbortSignal.any([closing, lost.signal, late]), this);
        await work.run(await this.scopeOf(report), await this.claims.accountName(report));
        await this.claims.complete(report, progress);
      }
    } catch (error) {
      if (lost.signal.aborted) return;
      if (closing.aborted) await this.claims.release(report, { delayMs: 0, isFailure: false });
      else await this.settle(report, error, late.aborted);
    } finally {
      clearInterval(renewing);
    }
  }

  dataset(name: DatasetName): AnalyticsDataset {
    return this.datasets.get(name);
  }

  /**
   * The row of the file comes first, so that somebody knows of it whatever happens.
   * @throws StoppedError where it is no longer wanted
   */
  async store(report: ClaimedReport, file: FileOrder, source: AsyncIterable<Uint8Array>): Promise<void> {
    const { rowsOf, ...draft } = file;
    const storageKey = `reports/${report.id}/${report.attempt}-${file.place}`;
    if (!(await this.claims.noteFile(report, { ...draft, storageKey }))) throw new StoppedError();
    let size = 0;
    async function* counted(): AsyncGenerator<Uint8Array> {
      for await (const bytes of source) {
        size += bytes.length;
        yield bytes;
      }
    }
    await this.storage.store(storageKey, counted());
    if (await this.claims.fileStored(report, file.place, size, rowsOf())) return;
    await this.storage.remove(storageKey);
    throw new StoppedError();
  }

  private scopeOf(report: ClaimedReport): Promise<AnalyticsScope> {
    const { wish, timeZone, from, until } = report;
    return this.scopes.of(report.accountId, {
      startDate: from.toISOString(),
      endDate: until.toISOString(),
      granularity: wish.granularity,
      timeZone,
      ...(wish.platforms === null ? {} : { platform: wish.platforms }),
      ...(wish.channelIds === null ? {} : { channelId: wish.channelIds }),
    });
  }

  /** Tells how far it is, and that this process is alive. One whose lease ran out must not store anything any more. */
  private keep(report: ClaimedReport, progress: ReportProgress, lost: AbortController): NodeJS.Timeout {
    let renewedAt = Date.now();
    return setInterval(() => {
      if (Date.now() - renewedAt > REPORT_LEASE_MS) lost.abort();
      const asked = Date.now();
      this.claims.renew(report, progress, REPORT_LEASE_MS).then(
        (isOurs) => {
          if (isOurs) renewedAt = asked;
          else lost.abort();
        },
        () => undefined,
      );
    }, RENEW_EVERY_MS);
  }

  private async settle(report: ClaimedReport, error: unknown, isLate: boolean): Promise<void> {
    if (error instanceof StoppedError) return;
    const { problem, isFinal } = isLate
      ? {
          problem: { code: 'TOO_LONG', message: 'It took longer than an hour. Ask for less.' },
          isFinal: true,
        }
      : problemOf(error);
    this.log.warn(
      `Report ${report.id} was not built: ${error instanceof Error ? error.message : 'unknown error'}`,
    );
    if (isFinal || report.failures + 1 >= MOST_FAILURES) await this.claims.fail(report, problem);
    else
      await this.claims.release(report, { delayMs: FIRST_WAIT_MS * 4 ** report.failures, isFailure: true });
  }
}

/** What people are told, and whether trying again could help. What is inside the service stays there. */
function problemOf(error: unknown): { problem: ReportProblem; isFinal: boolean } {
  const cause = error instanceof DatasetError ? error.cause : error;
  const where = error instanceof DatasetError ? `The figures “${error.title}” could not be read` : null;
  if (cause instanceof AppError && !cause.retryable)
    return {
      problem: { code: cause.code, message: where === null ? cause.message : `${where}: ${cause.message}` },
      isFinal: true,
    };
  return {
    problem:
      where === null
        ? { code: 'SERVER_ERROR', message: 'Something went wrong on our side while it was written.' }
        : { code: 'DATASET_FAILED', message: `${where}, several times. Nothing of the report is offered.` },
    isFinal: false,
  };
}
