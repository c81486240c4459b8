import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { CursorPageQuery, CursorPaginationDto } from '../../http/page.dto';
import { QueryBoolean, QueryInt } from '../../http/query-fields';
import { BATCH_FORMATS, type BatchFormat } from '../batches/batch-layout';
import { BATCH_STATES, type BatchError, type BatchState, type StoredBatch } from '../batches/stored-batch';

export const RESULT_FORMATS = ['csv', 'json', 'jsonl'] as const;
export type ResultFormat = (typeof RESULT_FORMATS)[number];

export class BatchesQuery extends CursorPageQuery {}

export class BatchResultsQuery {
  /** `json` is one list, `jsonl` one object on each line. */
  @ApiProperty({ enum: RESULT_FORMATS, required: false })
  @IsIn(RESULT_FORMATS)
  format: ResultFormat = 'csv';

  /**
   * In CSV: cells of your own file that a spreadsheet would take for a formula are made plain text. Left out, they are given
   * back exactly as they came.
   */
  @QueryBoolean() formulaSafe: boolean = false;
}

export class BatchErrorsQuery {
  /** How many at most. */
  @QueryInt({ min: 1, max: 1_000 }) limit: number = 100;

  /** Only those behind this line. */
  @QueryInt({ min: 0 }) afterLine: number = 0;
}

export class BatchCountsDto {
  /** @example 412 */
  positive!: number;
  /** @example 1290 */
  neutral!: number;
  /** @example 298 */
  negative!: number;
}

export class BatchErrorDto {
  /** Of the file, from 1. @example 17 */
  line!: number;
  /** `csv.quote`, `csv.quote_open`, `csv.columns`, `line.too_long`, `text.empty`, `text.refused` or `text.unreadable`. @example csv.quote_open */
  code!: string;
  /** @example "A quote is opened here and not closed." */
  message!: string;
}

export class BatchProblemDto {
  /** @example ANALYZER_UNAVAILABLE */
  code!: string;
  message!: string;
}

export class BatchDto {
  id!: string;
  /** The account whose members may read it, too. */
  accountId!: string | null;
  /** `waiting`: nobody can read texts at present, and it goes on by itself once somebody can. */
  @ApiProperty({ enum: BATCH_STATES, example: 'running' }) state!: BatchState;
  /** @example "reviews.csv" */
  fileName!: string | null;
  @ApiProperty({ enum: BATCH_FORMATS, example: 'csv' }) format!: BatchFormat;
  /** What separates its columns; null in a file without columns. @example "," */
  delimiter!: string | null;
  /** @example ["id", "review"] */
  @ApiProperty({ type: [String] }) columns!: string[];
  /** The column whose texts are read. @example review */
  column!: string;
  /** Of the file as UTF-8, in bytes. @example 734003200 */
  bytes!: number;
  /** How many of them are done. @example 81264640 */
  bytesDone!: number;
  /** Lines that have a result. @example 2000 */
  rowsDone!: number;
  @ApiProperty({ type: BatchCountsDto }) counts!: BatchCountsDto;
  /** Lines that have none, as something is wrong with them. @example 3 */
  errorsTotal!: number;
  /** What read the texts; null before the first. @example "embedded-1" */
  model!: string | null;
  /** Why it waits or has failed. */
  @ApiProperty({ type: BatchProblemDto, nullable: true, example: null }) problem!: BatchProblemDto | null;
  createdAt!: Date;
  updatedAt!: Date;
  finishedAt!: Date | null;
  /** When it is removed with its result. */
  expiresAt!: Date;

  static from(batch: StoredBatch): BatchDto {
    const { positive, neutral, negative } = batch.counts;
    return Object.assign(new BatchDto(), {
      id: batch.id,
      accountId: batch.accountId,
      state: batch.state,
      fileName: batch.fileName,
      format: batch.format,
      delimiter: batch.delimiter,
      columns: batch.columns,
      column: batch.columns[batch.textColumn] ?? '',
      bytes: batch.size,
      bytesDone: batch.position,
      rowsDone: positive + neutral + negative,
      counts: batch.counts,
      errorsTotal: batch.failed,
      model: batch.model,
      problem: batch.error,
      createdAt: batch.createdAt,
      updatedAt: batch.updatedAt,
      finishedAt: batch.finishedAt,
      expiresAt: batch.expiresAt,
    });
  }
}

export class BatchWithErrorsDto extends BatchDto {
  /** The first lines that have no result. */
  @ApiProperty({ type: [BatchErrorDto] }) errors!: BatchErrorDto[];

  static withErrors(batch: StoredBatch, errors: readonly BatchError[]): BatchWithErrorsDto {
    return Object.assign(new BatchWithErrorsDto(), BatchDto.from(batch), { errors: [...errors] });
  }
}

export class BatchStartedDto {
  id!: string;
  @ApiProperty({ enum: BATCH_STATES, example: 'queued' }) status!: BatchState;
}

export class BatchPageDto {
  /** Newest first. */
  @ApiProperty({ type: [BatchDto] }) batches!: BatchDto[];
  @ApiProperty({ type: CursorPaginationDto }) pagination!: CursorPaginationDto;
}

export class BatchErrorPageDto {
  /** By line. The first 10,000 are kept. */
  @ApiProperty({ type: [BatchErrorDto] }) errors!: BatchErrorDto[];
  /** How many there are in all. @example 3 */
  total!: number;
  /** Send it as `afterLine` for the next ones; null when there are none. */
  nextAfterLine!: number | null;
}
