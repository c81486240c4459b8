import { Readable } from 'node:stream';
import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NotFoundError } from '../errors/app.error';
import { ApiErrors, RawResponse } from '../http/envelope';
import { Public } from '../identity/access.decorators';
import { RateLimit } from '../rate-limits/rate-limit.decorator';
import { RangeNotSatisfiableError, matchesTag, rangeOf } from './byte-range';
import { MediaMissingError, MediaStorage, type OpenedFile } from './media-storage';
import { PublicFilesRepository } from './public-files.repository';
import { PublicMediaLinks } from './public-media-links';

/** What is shown as what it is; anything else is only bytes. */
const SHOWN = /^(?:image\/(?:jpeg|png|webp|gif)|(?:audio|video)\/[a-z0-9.+-]+)$/;

@ApiTags('Media for Meta')
@Controller('meta/public-media')
export class PublicMediaController {
  constructor(
    private readonly links: PublicMediaLinks,
    private readonly files: PublicFilesRepository,
    private readonly storage: MediaStorage,
  ) {}

  /**
   * Gives Meta the content of one uploaded file.
   *
   * @remarks For Meta alone, which fetches what is to be published without a credential. The address is made by this service for
   * one file, signed, and ends after some hours; anything else under it is 404. Answers ranges with 206.
   */
  @RateLimit('meta')
  @Get(':name')
  @Public()
  @ApiParam({ name: 'name', description: 'The signed name that Meta was given.', example: 'AZ8…c4.jpg' })
  @RawResponse()
  @ApiResponse({
    status: 200,
    description: 'The content, under its own type; 206 with a part of it.',
    content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
  })
  @ApiErrors('NOT_FOUND', 'RANGE_NOT_SATISFIABLE')
  async content(
    @Param('name') name: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const linked = this.links.open(name, new Date());
    const file = linked === null ? null : await this.files.find(linked);
    const size = file === null ? null : await this.storage.sizeOf(file.storageKey);
    if (file === null || size === null) throw noSuchLink();
    const tag = `"${file.id}"`;
    void reply.headers({
      etag: tag,
      // Nobody between keeps what is only lent, and no search engine lists it.
      'cache-control': 'private, no-store',
      'x-robots-tag': 'noindex',
    });
    if (matchesTag(request.headers['if-none-match'], tag)) {
      await reply.status(304).send();
      return;
    }
    const ifRange = request.headers['if-range'];
    const range = ifRange === undefined || ifRange === tag ? rangeOf(request.headers.range, size) : null;
    if (range === 'unsatisfiable') {
      void reply.header('content-range', `bytes */${size}`);
      throw new RangeNotSatisfiableError(size);
    }
    void reply.status(range === null ? 200 : 206).headers({
      'content-type': SHOWN.test(file.mimeType) ? file.mimeType : 'application/octet-stream',
      'content-length': String(range === null ? size : range.end - range.start + 1),
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      // Whatever it is after all: nothing in it runs in our name.
      'content-security-policy': "sandbox; default-src 'none'",
      ...(range === null ? {} : { 'content-range': `bytes ${range.start}-${range.end}/${size}` }),
    });
    // For HEAD an empty stream: with nothing at all, Fastify would say that the length is 0.
    if (request.method === 'HEAD') await reply.send(Readable.from([]));
    else await reply.send((await this.open(file.storageKey, range)).stream);
  }

  private async open(key: string, range: { start: number; end: number } | null): Promise<OpenedFile> {
    try {
      return await this.storage.open(key, range ?? undefined);
    } catch (error) {
      if (error instanceof MediaMissingError) throw noSuchLink();
      throw error;
    }
  }
}

function noSuchLink(): NotFoundError {
  return new NotFoundError('There is nothing at this address, or not any more.');
}
