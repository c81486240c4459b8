import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, readdir, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { PayloadTooLargeError, UnsupportedMediaError, ValidationFailedError } from '../../errors/app.error';
import { problemOfMultipart } from '../../http/multipart';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `text/csv` is taken: the handler reads the request itself, as it comes. */
    csvBody?: boolean;
  }
}

/** What browsers, spreadsheets and people call a list. */
const CSV_TYPES = ['text/csv', 'application/csv', 'text/tab-separated-values', 'application/vnd.ms-excel'];
/** Some millions of lines. */
export const LARGEST_LIST_BYTES = 256 * 1024 * 1024;
const NEWLINE = 0x0a;
const FILE_PREFIX = 'campaign-list-';
const LEFT_OVER_AFTER_MS = 86_400_000;

/** A list that lies in a file of this machine until it has been dealt with. */
export interface ReceivedList {
  fileName: string | null;
  /** False when the connection broke before the end: only whole lines are left then. */
  isComplete: boolean;
  bytes: AsyncIterable<Uint8Array>;
  remove(): Promise<void>;
}

/**
 * Receives lists of recipients. They go to a file first: an upload may last no longer than the server's time for a request,
 * and a list takes longer to be stored than to be sent.
 */
@Injectable()
export class RecipientUpload implements OnModuleInit {
  constructor(private readonly adapter: HttpAdapterHost) {}

  async onModuleInit(): Promise<void> {
    await removeLeftovers();
    const fastify = this.adapter.httpAdapter.getInstance<FastifyInstance>();
    for (const type of CSV_TYPES) {
      if (fastify.hasContentTypeParser(type)) continue;
      fastify.addContentTypeParser(type, (request, _payload, done) => {
        if (request.routeOptions.config.csvBody === true) done(null, undefined);
        else done(new UnsupportedMediaError('Send the body as application/json.'));
      });
    }
  }

  /** Whether the request carries a file, by itself or in a form; anything else is JSON. */
  isFile(request: FastifyRequest): boolean {
    const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
    return CSV_TYPES.includes(type) || type === 'multipart/form-data';
  }

  /**
   * @throws ValidationFailedError for a form without a file
   * @throws PayloadTooLargeError
   */
  async receive(request: FastifyRequest): Promise<ReceivedList> {
    if (!request.isMultipart()) return this.store(request.raw, null);
    const limits = { files: 1, fileSize: LARGEST_LIST_BYTES + 1, fields: 10 };
    const file = await request.file({ limits }).catch((error: unknown) => {
      throw problemOfMultipart(error) ?? error;
    });
    if (file === undefined)
      throw ValidationFailedError.of(
        'file',
        'isDefined',
        'The form has no file. Put the list into its field file.',
      );
    return this.store(file.file, file.filename === '' ? null : file.filename.slice(0, 255));
  }

  private async store(source: Readable, fileName: string | null): Promise<ReceivedList> {
    const path = join(tmpdir(), `${FILE_PREFIX}${randomUUID()}`);
    const remove = (): Promise<void> => rm(path, { force: true });
    try {
      const isComplete = await spool(source, path);
      if (!isComplete) await cutToWholeLines(path);
      // Opened when it is read, so that nothing stays open of a list that is refused for another reason.
      const bytes: AsyncIterable<Uint8Array> = {
        [Symbol.asyncIterator]: () => createReadStream(path)[Symbol.asyncIterator]() as AsyncIterator<Buffer>,
      };
      return { fileName, isComplete, bytes, remove };
    } catch (error) {
      await remove();
      throw error;
    }
  }
}

/** Of processes that died: nobody reads these any more, and they name people. */
async function removeLeftovers(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(FILE_PREFIX));
  for (const path of names.map((name) => join(tmpdir(), name))) {
    const file = await stat(path).catch(() => null);
    if (file !== null && Date.now() - file.mtimeMs > LEFT_OVER_AFTER_MS) await rm(path, { force: true });
  }
}

/** @returns whether it came to its end */
async function spool(source: Readable, path: string): Promise<boolean> {
  let bytes = 0;
  let isBroken = false;
  async function* counted(): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of source as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > LARGEST_LIST_BYTES)
          throw new PayloadTooLargeError(`A list may have ${LARGEST_LIST_BYTES / 1024 / 1024} MB at most.`);
        yield chunk;
      }
    } catch (error) {
      if (error instanceof PayloadTooLargeError) throw error;
      // Whoever sent it is gone. What came counts as far as it goes.
      isBroken = true;
    }
  }
  await pipeline(Readable.from(counted()), createWriteStream(path, { mode: 0o600 }));
  return !isBroken;
}

/** The last line may be the beginning of one, and the beginning of a number is somebody else's number. */
async function cutToWholeLines(path: string): Promise<void> {
  const { size } = await stat(path);
  const file = await open(path, 'r');
  try {
    const piece = Buffer.alloc(64 * 1024);
    for (let end = size; end > 0; end -= piece.length) {
      const start = Math.max(0, end - piece.length);
      const { bytesRead } = await file.read(piece, 0, end - start, start);
      const at = piece.subarray(0, bytesRead).lastIndexOf(NEWLINE);
      if (at === -1) continue;
      await truncate(path, start + at + 1);
      return;
    }
  } finally {
    await file.close();
  }
  await truncate(path, 0);
}
