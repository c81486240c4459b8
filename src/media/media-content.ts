import { Readable } from 'node:stream';
import { Injectable, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NotFoundError } from '../errors/app.error';
import { RangeNotSatisfiableError, matchesTag, rangeOf } from './byte-range';
import { contentDisposition } from './file-names';
import { normalType } from './file-nature';
import { MediaMissingError, MediaStorage } from './media-storage';

export interface ContentRequest {
  range: string | undefined;
  ifRange: string | undefined;
  ifNoneMatch: string | undefined;
  /** Only what the answer would be. */
  isHead: boolean;
  /** To be stored by the browser, and not shown. */
  isDownload: boolean;
}

export interface ContentAnswer {
  status: number;
  headers: Record<string, string>;
  stream: Readable | null;
}

/** A file as it is given out: which bytes, and under which headers. */
export interface ServableFile {
  id: string;
  storageKey: string;
  /** With its parameters: players want to know the codecs. */
  type: string;
  fileName: string | null;
  isSuspect: boolean;
}

/** What browsers show without running anything. */
const SHOWN =
  /^(?:image\/(?:jpeg|png|webp|gif)|audio\/[a-z0-9.+-]+|video\/[a-z0-9.+-]+|application\/pdf|text\/plain)$/;
/** For the browser of the person who may see it, and for nobody between; the content of an id never changes. */
const CACHING = 'private, max-age=86400, immutable';

/** Gives out the content of files by ranges, in a way that nothing in them can run in our name. */
@Injectable()
export class MediaContent {
  private readonly log = new Logger(MediaContent.name);

  constructor(private readonly storage: MediaStorage) {}

  /**
   * @throws NotFoundError for a file that is not in storage
   * @throws RangeNotSatisfiableError
   */
  async answer(file: ServableFile, request: ContentRequest): Promise<ContentAnswer> {
    const size = await this.storage.sizeOf(file.storageKey);
    if (size === null) throw this.lost(file);
    const tag = `"${file.id}"`;
    const headers = headersOf(file, tag, request.isDownload);
    if (matchesTag(request.ifNoneMatch, tag)) return { status: 304, headers: caching(tag), stream: null };
    const isCurrent = request.ifRange === undefined || request.ifRange.trim() === tag;
    const range = isCurrent ? rangeOf(request.range, size) : null;
    if (range === 'unsatisfiable') throw new RangeNotSatisfiableError(size);
    headers['content-length'] = String(range === null ? size : range.end - range.start + 1);
    if (range !== null) headers['content-range'] = `bytes ${range.start}-${range.end}/${size}`;
    const status = range === null ? 200 : 206;
    if (request.isHead) return { status, headers, stream: null };
    try {
      const { stream } = await this.storage.open(file.storageKey, range ?? undefined);
      return { status, headers, stream };
    } catch (error) {
      if (error instanceof MediaMissingError) throw this.lost(file);
      throw error;
    }
  }

  /** The same as the answer to a request. @param isDownload to be stored by the browser, and not shown */
  async send(
    file: ServableFile,
    request: FastifyRequest,
    reply: FastifyReply,
    isDownload: boolean,
  ): Promise<void> {
    const { headers } = request;
    const isHead = request.method === 'HEAD';
    const answer = await this.answer(file, {
      range: headers.range,
      ifRange: headerText(headers['if-range']),
      ifNoneMatch: headers['if-none-match'],
      isHead,
      isDownload,
    }).catch((error: unknown) => {
      if (error instanceof RangeNotSatisfiableError)
        void reply.header('content-range', `bytes */${error.size}`);
      throw error;
    });
    void reply.status(answer.status).headers(answer.headers);
    // For HEAD an empty stream: with nothing at all, Fastify would say that the length is 0.
    await reply.send(answer.stream ?? (isHead ? Readable.from([]) : undefined));
  }

  private lost(file: ServableFile): NotFoundError {
    this.log.error(`The file ${file.storageKey} is not in storage, though it should be.`);
    return new NotFoundError('The file is gone.');
  }
}

function headersOf(file: ServableFile, tag: string, isDownload: boolean): Record<string, string> {
  const base = normalType(file.type) ?? '';
  const isShown = !file.isSuspect && SHOWN.test(base);
  const isText = base.startsWith('text/');
  const type = isShown && /^[\x20-\x7e]+$/.test(file.type) ? file.type : 'application/octet-stream';
  const isNamed =
    !file.isSuspect && /^(?:application|text)\//.test(base) && !/html|xml|svg|script/.test(base);
  return {
    ...caching(tag),
    'content-type': isShown
      ? isText
        ? 'text/plain; charset=utf-8'
        : type
      : isNamed
        ? base
        : 'application/octet-stream',
    'content-disposition': contentDisposition(
      isShown && !isDownload ? 'inline' : 'attachment',
      file.fileName,
    ),
    'accept-ranges': 'bytes',
    'x-content-type-options': 'nosniff',
    // Whatever it is after all: no scripts, no forms, no requests, an origin of its own.
    'content-security-policy':
      "sandbox; default-src 'none'; style-src 'unsafe-inline'; media-src 'self'; img-src 'self'",
  };
}

function caching(tag: string): Record<string, string> {
  return { etag: tag, 'cache-control': CACHING, vary: 'Accept, Authorization, X-Api-Key' };
}

function headerText(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
