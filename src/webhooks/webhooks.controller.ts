import { Controller, Get, Header, Headers, HttpCode, Post, Query, Req } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiHeader, ApiOkResponse, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { AppConfig } from '../config/app-config';
import { isSignedByAny } from '../crypto/hmac-signature';
import { ForbiddenError, UnauthorizedError, ValidationFailedError } from '../errors/app.error';
import { ApiEnvelope, ApiErrors, RawResponse } from '../http/envelope';
import { Public } from '../identity/access.decorators';
import { DELIVERY_EXAMPLES } from './delivery.examples';
import { ReceivedDto } from './dto/received.dto';
import { VerificationQuery } from './dto/verification-query.dto';
import { WebhookConfigService } from './webhook-config.service';
import { WebhookInboxService, looksLikeJsonObject } from './webhook-inbox.service';

/** What Meta calls. The two shorter addresses are those of the older integration guide. */
@ApiTags('Webhooks')
@Controller(['meta/webhook/events', 'whatsapp/webhook', 'messenger/webhook'])
export class WebhooksController {
  constructor(
    private readonly config: AppConfig,
    private readonly inbox: WebhookInboxService,
    private readonly configs: WebhookConfigService,
  ) {}

  /** Answers Meta's verification: the challenge as plain text if the verify token is one that was configured. */
  @Get()
  @Public()
  @RawResponse()
  @Header('Content-Type', 'text/plain; charset=utf-8')
  @ApiQuery({ name: 'hub.mode', type: String, description: 'Always `subscribe`.', example: 'subscribe' })
  @ApiQuery({ name: 'hub.verify_token', type: String, description: 'The `verifyToken` of a configuration.' })
  @ApiQuery({
    name: 'hub.challenge',
    type: String,
    description: 'What to answer. Not always a number.',
    example: '1158201444',
  })
  @ApiOkResponse({
    description: 'The challenge, nothing else.',
    content: { 'text/plain': { schema: { type: 'string', example: '1158201444' } } },
  })
  @ApiErrors('FORBIDDEN')
  async verify(@Query() query: VerificationQuery): Promise<string> {
    const { 'hub.mode': mode, 'hub.verify_token': token, 'hub.challenge': challenge } = query;
    if (
      mode !== 'subscribe' ||
      token === undefined ||
      challenge === undefined ||
      !(await this.configs.isVerifyToken(token))
    )
      throw new ForbiddenError('The verify token is not one that was configured here.');
    return challenge;
  }

  /**
   * Takes in a delivery of Meta's.
   *
   * @remarks 200 means that it is stored for good and will be processed exactly once in its effects, whatever happens to this
   * service afterwards.
   */
  @Post()
  @Public()
  @HttpCode(200)
  @RouteConfig({ rawBody: true })
  @ApiHeader({
    name: 'X-Hub-Signature-256',
    required: true,
    description: '`sha256=` and the hex HMAC-SHA256 of the raw body under the app secret.',
  })
  @ApiBody({
    description: "Meta's webhook payload, up to 3 MB.",
    schema: { type: 'object', additionalProperties: true },
    examples: DELIVERY_EXAMPLES,
  })
  @ApiEnvelope(ReceivedDto)
  @ApiErrors('VALIDATION_FAILED', 'UNAUTHORIZED', 'PAYLOAD_TOO_LARGE', 'SERVICE_UNAVAILABLE')
  async receive(
    @Req() request: FastifyRequest,
    @Headers('x-hub-signature-256') signature: string | undefined,
  ): Promise<ReceivedDto> {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    if (!isSignedByAny(body, signature, this.config.appSecrets))
      throw new UnauthorizedError('X-Hub-Signature-256 is missing or does not fit the body.');
    await this.inbox.receive(body);
    if (!looksLikeJsonObject(body))
      throw ValidationFailedError.of('', 'json', 'The body is not a JSON object.');
    return { received: true };
  }
}
