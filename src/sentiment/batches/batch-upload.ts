import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppConfig } from '../../config/app-config';
import type { AccountId, UserId } from '../../database/ids';
import { AppError, ConflictError, PayloadTooLargeError, ValidationFailedError } from '../../errors/app.error';
import { letArriveSlowly } from '../../http/arrival-limits';
import { problemOfMultipart } from '../../http/multipart';
import { DtoValidationPipe } from '../../http/validation.pipe';
import { cleanFileName } from '../../media/file-names';
import { MediaStorage } from '../../media/media-storage';
import { JobQueue } from '../../queue/job-queue';
import { BatchFieldsDto } from '../dto/batch-fields.dto';
import { type BatchFormat, type BatchLayout, type LayoutWish, layoutOf } from './batch-layout';
import { BatchesRepository } from './batches.repository';
import { asUtf8 } from './plain-text';
import { LONGEST_RECORD } from './record-reader';
import { uploadKey } from './stored-batch';

const LONGEST_FIELD = 1_024;
const MOST_FIELDS = 10;
/** What is still on its way when a file is refused is read and thrown away, so that the answer reaches the client. */
const LONGEST_DRAIN_MS = 10_000;
const SAY_SO_EVERY_MS = 60_000;
const DAY_MS = 86_400_000;
/** Names the column, and has the first text. */
const HEAD_BYTES = LONGEST_RECORD + 65_536;

/** Takes files of texts in: they go to storage as they come, and nothing of them stays in memory. */
@Injectable()
export class BatchUpload {
  private readonly pipe = new DtoValidationPipe();

  constructor(
    private readonly config: AppConfig,
    private readonly batches: BatchesRepository,
    private readonly storage: MediaStorage,
    private readonly jobs: JobQueue,
  ) {}

  /**
   * @param accountOf whether the user may share it with that account
   * @returns the batch's id
   * @throws ValidationFailedError for a body that is no such form, or a file that cannot be read
   * @throws PayloadTooLargeError, ConflictError
   */
  async receive(
    request: FastifyRequest,
    userId: UserId,
    accountOf: (accountId: string) => Promise<AccountId>,
  ): Promise<string> {
    if (!request.isMultipart())
      throw ValidationFailedError.of(
        'file',
        'isDefined',
        'Send the file as multipart/form-data, in the field file.',
      );
    letArriveSlowly(request.raw);
    const fields: Record<string, string> = {};
    let id: string | null = null;
    try {
      for await (const part of this.partsOf(request)) {
        if (part.type === 'field') {
          if (id !== null)
            throw ValidationFailedError.of(part.fieldname, 'order', 'Send the fields before the file.');
          addField(fields, part);
          continue;
        }
        if (part.fieldname !== 'file' || id !== null)
          throw ValidationFailedError.of('file', 'oneFile', 'Send one file, in the field named file.');
        const dto = await this.fieldsOf(fields);
        const accountId = dto.accountId === undefined ? null : await accountOf(dto.accountId);
        const fileName = cleanFileName(part.filename);
        const wish = wishOf(dto, fileName, part.mimetype);
        id = await this.begin({ userId, accountId, fileName, format: wish.format });
        await this.take(id, part.file, wish);
      }
    } catch (error) {
      if (id !== null) await this.batches.remove(id);
      await drain(request.raw);
      throw error instanceof AppError ? error : (problemOfMultipart(error) ?? error);
    }
    if (id === null)
      throw ValidationFailedError.of('file', 'isDefined', 'Send the file in the field named file.');
    await this.jobs.add('sentiment-batches', 'run', {}, { jobId: 'wake' });
    return id;
  }

  private async begin(draft: {
    userId: UserId;
    accountId: AccountId | null;
    fileName: string | null;
    format: BatchFormat;
  }): Promise<string> {
    const days = this.config.env.SENTIMENT_BATCH_RETENTION_DAYS;
    const id = await this.batches.begin({ ...draft, expiresAt: new Date(Date.now() + days * DAY_MS) });
    if (id === null)
      throw new ConflictError('Too many of your files are under way. Wait for one of them, or cancel it.');
    return id;
  }

  private async take(id: string, file: Readable, wish: LayoutWish): Promise<void> {
    const intake = new Intake(wish, this.config.env.SENTIMENT_BATCH_MAX_BYTES, () => this.batches.touch(id));
    await this.storage.store(uploadKey(id), intake.pass(file));
    if (!(await this.batches.received(id, intake.size, await intake.layout())))
      throw new ConflictError('The file took too long to come in. Send it again.');
  }

  private partsOf(request: FastifyRequest): ReturnType<FastifyRequest['parts']> {
    return request.parts({
      // Counted as it comes.
      limits: { fileSize: Number.MAX_SAFE_INTEGER, fieldSize: LONGEST_FIELD, fields: MOST_FIELDS, files: 2 },
    });
  }

  private async fieldsOf(fields: Readonly<Record<string, string>>): Promise<BatchFieldsDto> {
    const checked: unknown = await this.pipe.transform(fields, { type: 'query', metatype: BatchFieldsDto });
    return checked as BatchFieldsDto;
  }
}

/** Watches a file as it passes: how large it is, how it begins, and that it is text. */
class Intake {
  size = 0;
  private received = 0;
  private head: Buffer[] = [];
  private headBytes = 0;
  private known: BatchLayout | null = null;
  private saidSoAt = Date.now();

  constructor(
    private readonly wish: LayoutWish,
    private readonly maxBytes: number,
    private readonly saySo: () => Promise<void>,
  ) {}

  async *pass(file: Readable): AsyncGenerator<Buffer> {
    for await (const bytes of asUtf8(this.counted(file))) {
      this.size += bytes.length;
      if (this.known === null) {
        // A copy: the buffer that it is a part of is used again.
        this.head.push(Buffer.from(bytes));
        this.headBytes += bytes.length;
        // Before the rest is waited for.
        if (this.headBytes >= HEAD_BYTES) await this.look(false);
      }
      yield bytes;
    }
    if (this.known === null) await this.look(true);
  }

  async layout(): Promise<BatchLayout> {
    return this.known ?? this.look(true);
  }

  private async look(isWhole: boolean): Promise<BatchLayout> {
    this.known = await layoutOf(Buffer.concat(this.head), isWhole, this.wish);
    this.head = [];
    return this.known;
  }

  private async *counted(file: Readable): AsyncGenerator<Uint8Array> {
    for await (const chunk of file as AsyncIterable<Uint8Array>) {
      this.received += chunk.length;
      if (this.received > this.maxBytes)
        throw new PayloadTooLargeError(`A file may have ${this.maxBytes} bytes at most.`, {
          maxBytes: this.maxBytes,
        });
      if (Date.now() - this.saidSoAt > SAY_SO_EVERY_MS) {
        this.saidSoAt = Date.now();
        await this.saySo();
      }
      yield chunk;
    }
  }
}

function wishOf(dto: BatchFieldsDto, fileName: string | null, contentType: string): LayoutWish {
  const isText =
    /\.txt$/i.test(fileName ?? '') || (contentType === 'text/plain' && !/\.[ct]sv$/i.test(fileName ?? ''));
  return {
    format: dto.format ?? (isText ? 'txt' : 'csv'),
    column: dto.column,
    delimiter: dto.delimiter,
    hasHeader: dto.header !== 'false',
  };
}

function addField(
  fields: Record<string, string>,
  part: { fieldname: string; value: unknown; valueTruncated: boolean },
): void {
  const { fieldname: name, value, valueTruncated } = part;
  if (typeof value !== 'string' || valueTruncated || name in fields)
    throw ValidationFailedError.of(
      name,
      'isString',
      `${name} must be text of at most ${LONGEST_FIELD} characters, once.`,
    );
  fields[name] = value;
}

async function drain(request: IncomingMessage): Promise<void> {
  if (request.readableEnded || request.destroyed) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, LONGEST_DRAIN_MS);
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    request.once('end', end);
    request.once('close', end);
    request.once('error', end);
    request.resume();
  });
}
