import { Body, Controller, Post, Req } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiConsumes, ApiExtraModels, ApiOperation, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { AccountId } from '../../database/ids';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { DtoValidationPipe } from '../../http/validation.pipe';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { AccountScope } from '../account-scope';
import { TemplateHandleDto, TemplateSampleDto } from '../dto/template-actions.dto';
import { AccountQuery } from '../dto/account-query.dto';
import { readUploadForm } from '../media/upload-form';
import { UploadsService } from '../media/uploads.service';
import { TemplateSamples } from './template-samples.service';

const FORM_SCHEMA = {
  type: 'object',
  required: ['file'],
  properties: {
    accountId: { type: 'string', format: 'uuid' },
    file: { type: 'string', format: 'binary' },
  },
};

/** Samples for the headers of templates. */
@ApiTags('WhatsApp templates')
@Controller('meta/whatsapp/templates/samples')
export class TemplateSamplesController {
  private readonly pipe = new DtoValidationPipe();

  constructor(
    private readonly samples: TemplateSamples,
    private readonly uploads: UploadsService,
    private readonly scope: AccountScope,
  ) {}

  @Post()
  @Access('agent')
  @RouteConfig({ multipartBody: true })
  @ApiOperation({
    summary: 'Hand a sample for a media header to Meta',
    description:
      'Send the file as `multipart/form-data` in the field `file`, with the other fields before it, or name one that was uploaded. JPEG, PNG, MP4 or PDF. The handle is for `example.header_handle`; a header may also name the file in `sampleMediaId`, and then this call is not needed.',
  })
  @ApiConsumes('multipart/form-data', 'application/json')
  @ApiExtraModels(TemplateSampleDto)
  @ApiBody({ schema: { oneOf: [FORM_SCHEMA, { $ref: getSchemaPath(TemplateSampleDto) }] } })
  @ApiEnvelope(TemplateHandleDto, 201)
  @ApiErrors(
    'VALIDATION_FAILED',
    'UNAUTHORIZED',
    'FORBIDDEN',
    'ACCOUNT_NOT_FOUND',
    'ACCOUNT_AMBIGUOUS',
    'PAYLOAD_TOO_LARGE',
    'UNSUPPORTED_MEDIA',
    'META_REAUTH_REQUIRED',
    'META_RATE_LIMITED',
    'META_REJECTED',
    'META_UNAVAILABLE',
    'SERVER_ERROR',
  )
  async hand(
    @CurrentUser() user: AuthenticatedUser,
    @Req() request: FastifyRequest,
    @Body() body: unknown,
  ): Promise<TemplateHandleDto> {
    const { accountId, mediaId } = request.isMultipart()
      ? await this.receive(user, request)
      : await this.named(user, body);
    return { mediaId, handle: await this.samples.handleOf(accountId, mediaId) };
  }

  private async named(
    user: AuthenticatedUser,
    body: unknown,
  ): Promise<{ accountId: AccountId; mediaId: string }> {
    const dto = await this.checked(body, TemplateSampleDto);
    return { accountId: await this.scope.resolve(user, dto), mediaId: dto.mediaId };
  }

  /** The file is kept as any other that was uploaded: it may be needed again. */
  private async receive(
    user: AuthenticatedUser,
    request: FastifyRequest,
  ): Promise<{ accountId: AccountId; mediaId: string }> {
    await this.uploads.assertMember(user);
    let name: string | null = null;
    const { taken, fields } = await readUploadForm(request, async (file) => {
      name = file.fileName;
      await this.checked(file.fields, AccountQuery);
      return this.uploads.take({ source: file.stream, declaredType: file.declaredType, kind: null });
    });
    let target: AccountQuery;
    try {
      target = await this.checked(fields, AccountQuery);
    } catch (error) {
      await this.uploads.discard(taken);
      throw error;
    }
    const upload = await this.uploads.keep(user, taken, target, name);
    return { accountId: upload.accountId, mediaId: upload.id };
  }

  private async checked<Dto extends object>(value: unknown, dto: new () => Dto): Promise<Dto> {
    return (await this.pipe.transform(value, { type: 'body', metatype: dto })) as Dto;
  }
}
