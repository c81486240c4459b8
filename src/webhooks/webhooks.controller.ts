import { Controller, Get, Header, Headers, HttpCode, Post, Query, Req } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiHeader, ApiOkResponse, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ForbiddenError } from '../errors/app.error';
import { ApiEnvelope, ApiErrors, RawResponse } from '../http/envelope';
import { Public } from '../identity/access.decorators';
import { RateLimit } from '../rate-limits/rate-limit.decorator';
import { DELIVERY_EXAMPLES } from './delivery.examples';
import { ReceivedDto } from './dto/received.dto';
import { VerificationQuery } from './dto/verification-query.dto';
import { WebhookConfigService } from './webhook-config.service';
import { currentTraceParent } from '../tracing/work-scope';
import { WebhookInboxService } from './webhook-inbox.service';
import { WEBHOOK_PATHS } from './webhook-intake';

/** What Meta calls. Its deliveries normally take the shorter way of `WebhookIntake`, which ends in the same service. */
@ApiTags('Webhooks')
@Controller(WEBHOOK_PATHS)
export class WebhooksController {
  constructor(
    private readonly inbox: WebhookInboxService,
    private readonly configs: WebhookConfigService,
  ) {}

  /** Answers Meta's verification: the challenge as plain text if the verify token is one that was configured. */
  @RateLimit('none')
  @Get()
  @Public()
  @RawResponse()
  @Header('Content-Type', 'text/plain; charset=utf-8')
  @ApiQuery({
    name: 'hub.mode',
    type: String,
    maxLength: 64,
    description: 'Always `subscribe`.',
    example: 'subscribe',
  })
  @ApiQuery({
    name: 'hub.verify_token',
    type: String,
    maxLength: 1000,
    description: 'The `verifyToken` of a configuration.',
  })
  @ApiQuery({
    name: 'hub.challenge',
    type: String,
    maxLength: 1000,
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
  @RateLimit('none')
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
    const traceParent = currentTraceParent();
    const origin = traceParent === null ? null : { requestId: request.id, traceParent };
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    await this.inbox.receive(body, signature, origin);
    return { received: true };
  }
}
