import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RangeNotSatisfiableError } from '../../media/byte-range';
import { contentDisposition } from '../../media/file-names';
import { MediaContent } from '../../media/media-content';
import type { ReportFile } from './stored-report';

const TYPES: Readonly<Record<string, string>> = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json; charset=utf-8',
  html: 'text/html; charset=utf-8',
};
/** Whatever a name in it is: no scripts, no forms, no requests, an origin of its own. */
const POLICY =
  "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Gives files of reports out, by ranges, to be stored and not shown. */
@Injectable()
export class ReportDownloads {
  constructor(private readonly content: MediaContent) {}

  /** @throws NotFoundError for a file that is not in storage, RangeNotSatisfiableError */
  async send(file: ReportFile, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { headers, method } = request;
    const ifRange = headers['if-range'];
    const isHead = method === 'HEAD';
    const answer = await this.content
      .answer(
        {
          // An attempt's file never changes; another attempt has another name.
          id: file.storageKey.replaceAll('/', '-'),
          storageKey: file.storageKey,
          type: 'application/octet-stream',
          fileName: file.fileName,
          isSuspect: false,
        },
        {
          range: headers.range,
          ifRange: Array.isArray(ifRange) ? ifRange[0] : ifRange,
          ifNoneMatch: headers['if-none-match'],
          isHead,
          isDownload: true,
        },
      )
      .catch((error: unknown) => {
        if (error instanceof RangeNotSatisfiableError)
          void reply.header('content-range', `bytes */${error.size}`);
        throw error;
      });
    const ending = file.fileName.split('.').at(-1) ?? '';
    void reply.status(answer.status).headers({
      ...answer.headers,
      // Asked for anew each time: it expires, and access to it may end.
      'cache-control': 'private, no-cache',
      ...(answer.status === 304
        ? {}
        : {
            'content-type': TYPES[ending] ?? 'application/octet-stream',
            'content-disposition': contentDisposition('attachment', file.fileName),
            'content-security-policy': POLICY,
            'referrer-policy': 'no-referrer',
          }),
    });
    await reply.send(answer.stream ?? (isHead ? Readable.from([]) : undefined));
  }
}
