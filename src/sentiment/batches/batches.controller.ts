import { Controller, Delete, Get, Param, Post, Query, Req, StreamableFile } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiParam, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { isUuid } from '../../database/ids';
import { ConflictError, ForbiddenError, NotFoundError, ValidationFailedError } from '../../errors/app.error';
import { decodeCursor, encodeCursor } from '../../http/cursor';
import { ApiEnvelope, ApiErrors, RawResponse } from '../../http/envelope';
import { UuidParam } from '../../http/uuid-param.pipe';
import { Access, CurrentUser } from '../../identity/access.decorators';
import { AccountAccess } from '../../identity/account-access.service';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { RateLimit } from '../../rate-limits/rate-limit.decorator';
import {
  BatchDto,
  BatchErrorPageDto,
  BatchErrorsQuery,
  BatchPageDto,
  BatchResultsQuery,
  BatchStartedDto,
  BatchWithErrorsDto,
  BatchesQuery,
} from '../dto/batch.dto';
import { BATCH_FORMATS, DELIMITER_NAMES } from './batch-layout';
import { BatchResults } from './batch-results';
import { BatchUpload } from './batch-upload';
import { type BatchReader, BatchesRepository, MOST_BATCH_ERRORS } from './batches.repository';
import type { StoredBatch } from './stored-batch';

const BATCH_ID = { name: 'id', description: 'The batch.', format: 'uuid' };
const FIRST_ERRORS = 20;
const FORM_SCHEMA = {
  type: 'object',
  required: ['file'],
  properties: {
    format: { type: 'string', enum: [...BATCH_FORMATS] },
    column: { type: 'string', minLength: 1, maxLength: 500, example: 'review' },
    delimiter: { type: 'string', enum: DELIMITER_NAMES },
    header: { type: 'string', enum: ['true', 'false'], default: 'true' },
    accountId: { type: 'string', format: 'uuid' },
    file: { type: 'string', format: 'binary' },
  },
};
const JSON_LINE_EXAMPLE =
  '{"line":2,"columns":{"id":"7","review":"Loved it"},"label":"positive","confidence":0.94,"language":"en","score":0.81}\n';
const CSV_EXAMPLE =
  'id,review,line,sentiment,confidence,language,score\r\n7,Loved it,2,positive,0.94,en,0.81\r\n';

@ApiTags('Sentiment')
@Controller('meta/sentiment/batches')
export class BatchesController {
  constructor(
    private readonly batches: BatchesRepository,
    private readonly uploads: BatchUpload,
    private readonly results: BatchResults,
    private readonly access: AccountAccess,
  ) {}

  /**
   * Hands in a file of texts to be read, of any size.
   *
   * @remarks A form with the file in the field `file` and the other fields before it. `format` is `csv`, or `txt` with one text
   * on each line; left out, the file's name tells. Of a CSV file, `column` names the column with the texts, or gives its number
   * from 1; left out, a column called `text`, `message`, `review` or the like is taken. The delimiter is found by the first line
   * unless `delimiter` says it; `header=false` where the first line is a text already. UTF-8 and UTF-16 are taken. With
   * `accountId`, the members of that account may read it, too. Lines with an error cost only themselves.
   */
  @RateLimit('heavy')
  @Post()
  @Access('agent')
  @RouteConfig({ multipartBody: true })
  @ApiConsumes('multipart/form-data')
  @ApiBody({ schema: FORM_SCHEMA })
  @ApiEnvelope(BatchStartedDto, 202, { description: 'The file is stored, and worked on from now on.' })
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'CONFLICT', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA')
  async create(
    @CurrentUser() user: AuthenticatedUser,
    @Req() request: FastifyRequest,
  ): Promise<BatchStartedDto> {
    const id = await this.uploads.receive(request, user.id, (accountId) =>
      this.access.require(user, accountId),
    );
    return { id, status: 'queued' };
  }

  /** Lists your files, and those shared with your accounts, with how far each has come. */
  @Get()
  @Access('viewer')
  @ApiEnvelope(BatchPageDto)
  @ApiErrors('VALIDATION_FAILED')
  async list(@CurrentUser() user: AuthenticatedUser, @Query() query: BatchesQuery): Promise<BatchPageDto> {
    const { limit, before, after } = query;
    if (before !== undefined && after !== undefined)
      throw ValidationFailedError.of('after', 'exclusive', 'Send before or after, not both.');
    const found = await this.batches.page(await this.readerOf(user), {
      limit,
      before: placeOf('before', before),
      after: placeOf('after', after),
    });
    const last = found.length < limit ? undefined : found.at(-1);
    const first = found[0];
    return {
      batches: found.map((batch) => BatchDto.from(batch)),
      pagination: {
        limit,
        before: last === undefined ? null : encodeCursor(last.id),
        after: first === undefined ? null : encodeCursor(first.id),
      },
    };
  }

  /** Reads how far a file has come, with the first lines that have an error. */
  @Get(':id')
  @ApiParam(BATCH_ID)
  @Access('viewer')
  @ApiEnvelope(BatchWithErrorsDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async get(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<BatchWithErrorsDto> {
    const batch = await this.find(user, id);
    const errors = await this.batches.errors(id, { afterLine: 0, limit: FIRST_ERRORS });
    return BatchWithErrorsDto.withErrors(batch, errors);
  }

  /** Lists the lines that have no result, and why. */
  @Get(':id/errors')
  @ApiParam(BATCH_ID)
  @Access('viewer')
  @ApiEnvelope(BatchErrorPageDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async errors(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Query() { limit, afterLine }: BatchErrorsQuery,
  ): Promise<BatchErrorPageDto> {
    const { failed } = await this.find(user, id);
    const errors = await this.batches.errors(id, { afterLine, limit: Math.min(limit, MOST_BATCH_ERRORS) });
    const last = errors.length < limit ? undefined : errors.at(-1);
    return { errors, total: failed, nextAfterLine: last?.line ?? null };
  }

  /**
   * Downloads the result: each line of the file with its sentiment.
   *
   * @remarks Once it is completed; of one that was cancelled or has failed, what was done. Lines come in the order of the file;
   * those with an error are left out.
   */
  @RateLimit('heavy')
  @Get(':id/results')
  @ApiParam(BATCH_ID)
  @Access('viewer')
  @RawResponse()
  @ApiProduces('text/csv', 'application/json', 'application/x-ndjson')
  @ApiOkResponse({
    description: 'The columns of the file, then the line, the sentiment, its confidence, language and score.',
    content: {
      'text/csv': { schema: { type: 'string' }, example: CSV_EXAMPLE },
      'application/json': {
        schema: { type: 'array', items: { type: 'object', additionalProperties: true } },
        example: [
          {
            line: 2,
            columns: { id: '7', review: 'Loved it' },
            label: 'positive',
            confidence: 0.94,
            language: 'en',
            score: 0.81,
          },
        ],
      },
      'application/x-ndjson': { schema: { type: 'string' }, example: JSON_LINE_EXAMPLE },
    },
  })
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND', 'CONFLICT')
  async download(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Query() { format, formulaSafe }: BatchResultsQuery,
  ): Promise<StreamableFile> {
    const batch = await this.find(user, id);
    if (batch.state === 'queued' || batch.state === 'running' || batch.state === 'waiting')
      throw new ConflictError(
        'The file is still being worked on. Its result is there once it is completed.',
        {
          state: batch.state,
        },
      );
    const disposition = `attachment; filename="sentiment-${batch.id}.${format}"`;
    switch (format) {
      case 'csv':
        return new StreamableFile(this.results.asCsv(batch, formulaSafe), {
          type: 'text/csv; charset=utf-8',
          disposition,
        });
      case 'json':
        return new StreamableFile(this.results.asJson(batch), { type: 'application/json', disposition });
      case 'jsonl':
        return new StreamableFile(this.results.asJsonLines(batch), {
          type: 'application/x-ndjson',
          disposition,
        });
    }
  }

  /** Stops working on a file. What is done can be downloaded. */
  @Post(':id/cancel')
  @ApiParam(BATCH_ID)
  @Access('agent')
  @ApiEnvelope(BatchDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND', 'FORBIDDEN')
  async cancel(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<BatchDto> {
    await this.findOwn(user, id);
    await this.batches.cancel(id);
    return BatchDto.from(await this.find(user, id));
  }

  /** Removes a file and its result, wherever it is with it. */
  @Delete(':id')
  @ApiParam(BATCH_ID)
  @Access('agent')
  @ApiEnvelope(null)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND', 'FORBIDDEN')
  async remove(@CurrentUser() user: AuthenticatedUser, @Param('id', UuidParam) id: string): Promise<null> {
    await this.findOwn(user, id);
    await this.batches.remove(id);
    return null;
  }

  private async readerOf(user: AuthenticatedUser): Promise<BatchReader> {
    return { userId: user.id, accountIds: await this.access.accountIdsOf(user.id) };
  }

  private async find(user: AuthenticatedUser, id: string): Promise<StoredBatch> {
    const batch = await this.batches.find(await this.readerOf(user), id);
    if (batch === null) throw new NotFoundError('There is no such batch.');
    return batch;
  }

  private async findOwn(user: AuthenticatedUser, id: string): Promise<void> {
    const { userId } = await this.find(user, id);
    if (userId !== user.id) throw new ForbiddenError('Only who handed the file in may do this.');
  }
}

function placeOf(field: string, cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  return decodeCursor(field, cursor, (place) =>
    typeof place === 'string' && isUuid(place) ? place : undefined,
  );
}
