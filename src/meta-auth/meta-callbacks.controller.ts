import { Body, Controller, Get, Headers, HttpCode, Param, Post, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import {
  ApiBody,
  ApiConsumes,
  ApiExtraModels,
  ApiOkResponse,
  ApiParam,
  ApiProduces,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Envelope } from '../http/envelope';
import { ApiEnvelope, ApiErrors, RawResponse } from '../http/envelope';
import { Public } from '../identity/access.decorators';
import { RateLimit } from '../rate-limits/rate-limit.decorator';
import { dataDeletionPage } from './data-deletion.page';
import { DataDeletionService } from './data-deletion.service';
import { DeauthorizeService } from './deauthorize.service';
import {
  DataDeletionDto,
  DeauthorizedDto,
  DeletionReceiptDto,
  SignedRequestDto,
} from './dto/meta-callback.dto';
import { MetaCallbackReader } from './meta-callback';

/** What Meta calls when a person leaves. The addresses belong into the Meta app's settings. */
@ApiTags('Meta account')
@Controller('meta/auth')
export class MetaCallbacksController {
  constructor(
    private readonly callbacks: MetaCallbackReader,
    private readonly deauthorizing: DeauthorizeService,
    private readonly deletions: DataDeletionService,
  ) {}

  /**
   * Meta's deauthorize callback.
   *
   * @remarks A person removed the app: their accounts become `revoked`, their tokens are forgotten.
   */
  @RateLimit('meta')
  @Post('deauthorize')
  @Public()
  @RouteConfig({ formBody: true })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiBody({ type: SignedRequestDto })
  @ApiEnvelope(DeauthorizedDto)
  @ApiErrors('VALIDATION_FAILED', 'UNAUTHORIZED', 'SERVICE_UNAVAILABLE')
  async deauthorize(@Body() body: unknown): Promise<DeauthorizedDto> {
    await this.deauthorizing.deauthorize(this.callbacks.read(body));
    return { received: true };
  }

  /**
   * Meta's data deletion callback.
   *
   * @remarks Deletes what is held about the person. The answer is in Meta's own form, without envelope.
   */
  @RateLimit('meta')
  @Post('data-deletion')
  @Public()
  @HttpCode(200)
  @RawResponse()
  @RouteConfig({ formBody: true })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiBody({ type: SignedRequestDto })
  @ApiOkResponse({ type: DeletionReceiptDto })
  @ApiErrors('VALIDATION_FAILED', 'UNAUTHORIZED', 'SERVICE_UNAVAILABLE')
  async deleteData(@Body() body: unknown): Promise<DeletionReceiptDto> {
    const { url, confirmationCode } = await this.deletions.receive(this.callbacks.read(body));
    return { url, confirmation_code: confirmationCode };
  }

  /**
   * How a data deletion stands.
   *
   * @remarks For whoever has the confirmation code: a small page for browsers, else JSON.
   */
  @Get('data-deletion/:code')
  @ApiParam({ name: 'code', description: 'The `confirmation_code` that Meta was given.', example: 'o3Xb…' })
  @Public()
  @RawResponse()
  @ApiProduces('application/json', 'text/html')
  @ApiExtraModels(DataDeletionDto)
  @ApiOkResponse({
    content: {
      'application/json': {
        schema: {
          type: 'object',
          required: ['success', 'data'],
          properties: {
            success: { type: 'boolean', enum: [true] },
            data: { $ref: getSchemaPath(DataDeletionDto) },
          },
        },
      },
      'text/html': { schema: { type: 'string' } },
    },
  })
  @ApiErrors('NOT_FOUND')
  async deletion(
    @Param('code') code: string,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Envelope<DataDeletionDto> | string> {
    const deletion = DataDeletionDto.from(await this.deletions.get(code));
    void reply.header('cache-control', 'no-store').header('vary', 'accept');
    if (accept?.includes('text/html') !== true) return { success: true, data: deletion };
    void reply.type('text/html; charset=utf-8');
    return dataDeletionPage(deletion);
  }
}
