import { tableAsCsv } from '../answers/analytics-csv';
import type { AnalyticsScope } from '../scope/analytics-scope';
import type { AnalyticsDataset, TableCell } from '../tables/analytics-table';
import type { ReportProgress } from './report-claims.repository';
import { asHtml } from './report-html';
import { asJson } from './report-json';
import { type ReportHead, type ReportTable, packed, watchedRows } from './report-source';
import type { ClaimedReport } from './stored-report';

/** A dataset did not give its figures. */
export class DatasetError extends Error {
  constructor(
    readonly title: string,
    override readonly cause: unknown,
  ) {
    super(`${title}: ${cause instanceof Error ? cause.message : 'unknown error'}`);
  }
}

/** Nobody waits for what is being built: it was cancelled, taken over, or this process ends. */
export class StoppedError extends Error {}

/** A file while it is stored. */
export interface FileOrder {
  place: number;
  /** Which table it has; null for all. */
  table: string | null;
  title: string;
  fileName: string;
  /** How many rows it has, once it is stored. */
  rowsOf: () => number;
}

/** Where figures come from, and where files go. */
export interface ReportHouse {
  dataset(name: ReportTable['dataset']): AnalyticsDataset;
  store(report: ClaimedReport, file: FileOrder, source: AsyncIterable<Uint8Array>): Promise<void>;
}

/** One attempt: reads the datasets one after the other, and has files stored as their rows come. */
export class ReportBuild {
  private rows = 0;

  constructor(
    private readonly report: ClaimedReport,
    private readonly progress: ReportProgress,
    private readonly signal: AbortSignal,
    private readonly house: ReportHouse,
  ) {}

  async run(scope: AnalyticsScope, accountName: string | null): Promise<void> {
    const { report } = this;
    const head: ReportHead = {
      id: report.id,
      title: report.title,
      accountId: report.accountId,
      accountName,
      from: scope.range.from,
      until: scope.range.until,
      timeZone: scope.range.timeZone,
      granularity: scope.range.granularity,
      platforms: report.wish.platforms,
      channels: scope.channels?.map(({ name, externalId }) => name ?? externalId) ?? null,
      madeAt: new Date(),
    };
    const tables = this.tables(scope);
    switch (report.format) {
      case 'csv':
        await this.csv(tables);
        break;
      case 'json':
        await this.whole('json', asJson(head, tables));
        break;
      case 'html':
        await this.whole('html', asHtml(head, tables));
        break;
    }
    this.signal.throwIfAborted();
  }

  private async csv(tables: AsyncIterable<ReportTable>): Promise<void> {
    let place = 0;
    for await (const { dataset, datasetTitle, table } of tables) {
      const before = this.rows;
      await this.house.store(
        this.report,
        {
          place: place++,
          table: `${dataset}.${table.name}`,
          title: `${datasetTitle}: ${table.title}`,
          fileName: `${nameOf(this.report)}-${dataset}-${table.name}.csv`,
          rowsOf: () => this.rows - before,
        },
        tableAsCsv(table),
      );
    }
  }

  private whole(ending: 'json' | 'html', text: AsyncIterable<string>): Promise<void> {
    return this.house.store(
      this.report,
      {
        place: 0,
        table: null,
        title: this.report.title,
        fileName: `${nameOf(this.report)}.${ending}`,
        rowsOf: () => this.rows,
      },
      packed(text),
    );
  }

  /** One dataset after the other: their figures need not be in memory together. */
  private async *tables(scope: AnalyticsScope): AsyncGenerator<ReportTable> {
    const { progress, signal } = this;
    const { datasets } = this.report.wish;
    let told = 0;
    for (const [index, name] of datasets.entries()) {
      const dataset = this.house.dataset(name);
      const tables = await orStopped(dataset.tables(scope), signal).catch((error: unknown) => {
        throw this.failureOf(dataset.title, error);
      });
      told += tables.length;
      if (index === datasets.length - 1) progress.tablesTotal = told;
      for (const table of tables) {
        const rows = this.watched(dataset.title, table.rows);
        yield { dataset: name, datasetTitle: dataset.title, table: { ...table, rows } };
        progress.tablesDone += 1;
      }
      progress.datasetsDone += 1;
    }
  }

  private async *watched(
    title: string,
    rows: ReportTable['table']['rows'],
  ): AsyncGenerator<readonly TableCell[]> {
    try {
      yield* watchedRows(rows, this.signal, () => {
        this.rows += 1;
        this.progress.rowsDone += 1;
      });
    } catch (error) {
      throw this.failureOf(title, error);
    }
  }

  private failureOf(title: string, error: unknown): unknown {
    return this.signal.aborted ? error : new DatasetError(title, error);
  }
}

/** What a browser stores it as, without its ending. */
function nameOf({ title, from, until, timeZone }: ClaimedReport): string {
  const day = (instant: Date): string =>
    new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(instant);
  const words = title
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 80);
  return `${words === '' ? 'report' : words}-${day(from)}-${day(new Date(until.getTime() - 1))}`;
}

async function orStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop: () => void = () => undefined;
  const stopped = new Promise<never>((_, reject) => {
    stop = () => {
      reject(signal.reason instanceof Error ? signal.reason : new StoppedError());
    };
  });
  signal.addEventListener('abort', stop, { once: true });
  // Whoever loses is nobody's error.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
