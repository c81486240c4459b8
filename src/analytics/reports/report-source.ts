import { setImmediate } from 'node:timers/promises';
import type { AnalyticsTable, DatasetName, TableCell } from '../tables/analytics-table';
import type { AnalyticsGranularity } from '../scope/analytics-range';

/** What a report says of itself. */
export interface ReportHead {
  id: string;
  title: string;
  accountId: string;
  accountName: string | null;
  from: Date;
  until: Date;
  timeZone: string;
  granularity: AnalyticsGranularity;
  platforms: readonly string[] | null;
  /** Names of the channels; null: all. */
  channels: readonly string[] | null;
  madeAt: Date;
}

/** One table of a report, as it is read. */
export interface ReportTable {
  dataset: DatasetName;
  datasetTitle: string;
  table: AnalyticsTable;
}

const YIELD_EVERY = 500;
const CHUNK = 32_768;

/** Rows as they are read: counted, broken off with `signal`, and with turns for others in between. */
export async function* watchedRows(
  rows: AnalyticsTable['rows'],
  signal: AbortSignal,
  count: () => void,
): AsyncGenerator<readonly TableCell[]> {
  let sinceTurn = 0;
  for await (const row of rows) {
    signal.throwIfAborted();
    count();
    yield row;
    sinceTurn += 1;
    if (sinceTurn >= YIELD_EVERY) {
      sinceTurn = 0;
      await setImmediate();
    }
  }
}

/** Pieces of text as bytes, in pieces that are worth a system call. */
export async function* packed(pieces: AsyncIterable<string>): AsyncGenerator<Buffer> {
  let held = '';
  for await (const piece of pieces) {
    held += piece;
    if (held.length < CHUNK) continue;
    yield Buffer.from(held);
    held = '';
  }
  if (held !== '') yield Buffer.from(held);
}
