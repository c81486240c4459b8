import { Body, Controller, Delete, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiExtraModels,
  ApiParam,
  ApiQuery,
  ApiResponse,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NotFoundError, ValidationFailedError } from '../../errors/app.error';
import { decodeCursor, encodeCursor } from '../../http/cursor';
import { ApiEnvelope, ApiErrors, RawResponse } from '../../http/envelope';
import { UuidParam } from '../../http/uuid-param.pipe';
import { DtoValidationPipe } from '../../http/validation.pipe';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { MediaContent } from '../../media/media-content';
import { isUuid } from '../../database/ids';
import { AccountScope } from '../account-scope';
import { ImportMediaDto, MediaDto, MediaListQuery, MediaPageDto, MediaTargetDto } from '../dto/media.dto';
import { isMediaKind } from './media-kinds';
import { type FoundMedia, MediaLibrary, servableOf } from './media-library';
import { MediaRemoval } from './media-removal';
import { MediaUploadsRepository } from './media-uploads.repository';
import { readUploadForm } from './upload-form';
import { UploadsService } from './uploads.service';

const FORM_SCHEMA = {
  type: 'object',
  required: ['file'],
  properties: {
    kind: { type: 'string', enum: ['image', 'video', 'audio', 'document', 'sticker'] },
    fileName: { type: 'string', minLength: 1, maxLength: 240 },
    accountId: { type: 'string', format: 'uuid' },
    phoneNumberId: { type: 'string', pattern: '^\\d{1,32}$' },
    file: { type: 'string', format: 'binary' },
  },
};

@ApiTags('WhatsApp media')
@Controller('meta/whatsapp/media')
export class MediaController {
  private readonly pipe = new DtoValidationPipe();

  constructor(
    private readonly scope: AccountScope,
    private readonly service: UploadsService,
    private readonly uploads: MediaUploadsRepository,
    private readonly library: MediaLibrary,
    private readonly contents: MediaContent,
    private readonly removal: MediaRemoval,
  ) {}

  /**
   * Uploads a file to be sent, or imports it from an address.
   *
   * @remarks Send it as `multipart/form-data` in the field `file`, with the other fields before it, or send `{"url": …}` as
   * JSON to have it fetched from a public address. It is checked by its content, whatever it is called: JPEG and PNG images of
   * up to 5 MB, MP4 and 3GPP videos and AAC, AMR, MP3, MP4 and OGG (OPUS) audio of up to 16 MB, WebP stickers of up to 100 KB
   * (500 KB if they move), documents of up to 100 MB.
   *
   * The `id` of the answer is what messages and templates name it by, for as long as you like and from every number of the
   * account: it is brought to Meta when it is needed there.
   */
  @Post()
  @Access('agent')
  @RouteConfig({ multipartBody: true })
  @ApiConsumes('multipart/form-data', 'application/json')
  @ApiExtraModels(ImportMediaDto)
  @ApiBody({ schema: { oneOf: [FORM_SCHEMA, { $ref: getSchemaPath(ImportMediaDto) }] } })
  @ApiEnvelope(MediaDto, 201, { description: 'The file is stored.' })
  @ApiErrors(
    'VALIDATION_FAILED',
    'ACCOUNT_NOT_FOUND',
    'NOT_FOUND',
    'ACCOUNT_AMBIGUOUS',
    'PAYLOAD_TOO_LARGE',
    'UNSUPPORTED_MEDIA',
    'RATE_LIMITED',
  )
  async upload(
    @CurrentUser() user: AuthenticatedUser,
    @Req() request: FastifyRequest,
    @Body() body: unknown,
  ): Promise<MediaDto> {
    if (request.isMultipart()) return this.receive(user, request);
    const dto = await this.checked(body, ImportMediaDto);
    return this.library.toDto({ origin: 'upload', upload: await this.service.import(user, dto) });
  }

  /** Lists the files that were uploaded, the latest first. */
  @Get()
  @Access('viewer')
  @ApiEnvelope(MediaPageDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'NOT_FOUND', 'ACCOUNT_AMBIGUOUS', 'RATE_LIMITED')
  async list(@CurrentUser() user: AuthenticatedUser, @Query() query: MediaListQuery): Promise<MediaPageDto> {
    const { limit, before, after, kind = null } = query;
    if (before !== undefined && after !== undefined)
      throw ValidationFailedError.of('after', 'exclusive', 'Send before or after, not both.');
    const accountId = await this.scope.resolve(user, query);
    const found = await this.uploads.page(accountId, {
      limit,
      kind,
      before: positionOf('before', before),
      after: positionOf('after', after),
    });
    const last = found.length < limit ? undefined : found.at(-1);
    const first = found[0];
    return {
      media: found.map((upload) => this.library.toDto({ origin: 'upload', upload })),
      pagination: {
        limit,
        before: last === undefined ? null : encodeCursor(last.id),
        after: first === undefined ? null : encodeCursor(first.id),
      },
    };
  }

  /**
   * Reads what is known of a file, uploaded or of a message.
   *
   * @remarks Its content is at `url`. For programs that know only this address: with a `Range`, or with an `Accept` that asks
   * for an image, a video, audio or bytes in the first place, the content itself is the answer, as under `url`.
   */
  @Get(':id')
  @Access('viewer')
  @ApiParam({
    name: 'id',
    description: 'The file: the id of an upload, or of `media` of a message.',
    format: 'uuid',
  })
  @RawResponse()
  @ApiEnvelope(MediaDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND', 'RATE_LIMITED')
  async get(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const found = await this.find(user, id);
    if (wantsContent(request)) {
      await this.contents.send(servableOf(found), request, reply, false);
      return;
    }
    void reply.header('vary', 'Accept, Range').header('cache-control', 'private, no-cache');
    await reply.status(200).send({ success: true, data: this.library.toDto(found) });
  }

  /**
   * Gives out the content of a file, uploaded or of a message.
   *
   * @remarks Answers ranges with 206 (`Range`, `If-Range`), `If-None-Match` with 304, and may be cached by the browser. Types
   * that browsers show come `inline`, all others, and those that `isSuspect` marks, as a download. 409 while the file of a
   * message is still being fetched from Meta.
   */
  @Get(':id/content')
  @Access('viewer')
  @ApiParam({
    name: 'id',
    description: 'The file: the id of an upload, or of `media` of a message.',
    format: 'uuid',
  })
  @ApiQuery({
    name: 'download',
    required: false,
    type: Boolean,
    description: 'Have the browser store it in place of showing it.',
  })
  @RawResponse()
  @ApiResponse({
    status: 200,
    description: 'The content, under its own type; 206 with a part of it.',
    content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
  })
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND', 'CONFLICT', 'RANGE_NOT_SATISFIABLE', 'RATE_LIMITED')
  async content(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Query('download') download: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const isDownload = download === 'true' || download === '1';
    await this.contents.send(servableOf(await this.find(user, id)), request, reply, isDownload);
  }

  /**
   * Deletes a file: an upload, or what came with a message.
   *
   * @remarks A message stays, its `media` says `removed`. What Meta has of it is not taken away. 409 while something is still to
   * be sent with it.
   */
  @Delete(':id')
  @Access('agent')
  @ApiParam({
    name: 'id',
    description: 'The file: the id of an upload, or of `media` of a message.',
    format: 'uuid',
  })
  @ApiEnvelope(null)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND', 'CONFLICT', 'RATE_LIMITED')
  async remove(@CurrentUser() user: AuthenticatedUser, @Param('id', UuidParam) id: string): Promise<void> {
    await this.removal.remove(await this.find(user, id));
  }

  private async receive(user: AuthenticatedUser, request: FastifyRequest): Promise<MediaDto> {
    await this.service.assertMember(user);
    let name: string | null = null;
    const { taken, fields } = await readUploadForm(request, async (file) => {
      name = file.fileName;
      const { kind } = await this.checked(file.fields, MediaTargetDto);
      return this.service.take({
        source: file.stream,
        declaredType: file.declaredType,
        kind: isMediaKind(kind) ? kind : null,
      });
    });
    let target: MediaTargetDto;
    try {
      target = await this.checked(fields, MediaTargetDto);
    } catch (error) {
      await this.service.discard(taken);
      throw error;
    }
    const upload = await this.service.keep(user, taken, target, name);
    return this.library.toDto({ origin: 'upload', upload });
  }

  /** @throws NotFoundError also for somebody else's */
  private async find(user: AuthenticatedUser, id: string): Promise<FoundMedia> {
    const found = await this.library.find(await this.scope.accountIdsOf(user), id);
    if (found === null) throw new NotFoundError('There is no such file.');
    return found;
  }

  private async checked<Dto extends object>(value: unknown, dto: new () => Dto): Promise<Dto> {
    // The pipe gives an instance of what it is told to.
    return (await this.pipe.transform(value, { type: 'body', metatype: dto })) as Dto;
  }
}

function positionOf(field: 'before' | 'after', cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  return decodeCursor(field, cursor, (position) =>
    typeof position === 'string' && isUuid(position) ? position : undefined,
  );
}

/** Browsers' images and players, and clients that resume a download, want bytes; everybody else the description. */
function wantsContent({ headers }: FastifyRequest): boolean {
  if (headers.range !== undefined) return true;
  const first = headers.accept?.split(',')[0]?.split(';')[0]?.trim().toLowerCase() ?? '';
  return (
    /^(?:image|video|audio)\//.test(first) ||
    first === 'application/octet-stream' ||
    first === 'application/pdf'
  );
}
