import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppConfig } from '../../config/app-config';
import { RawResponse } from '../../http/envelope';
import { Public } from '../../identity/access.decorators';
import { RateLimit } from '../../rate-limits/rate-limit.decorator';
import { checkMetricsAccess } from './metrics-access';
import { MetricsRegistry } from './metrics-registry';

/**
 * For the operator's Prometheus, which is no user: it has a token of its own, or is a neighbour. Every process answers
 * for itself. No part of the API's document, as its form is Prometheus'.
 */
@ApiExcludeController()
@Controller('metrics')
@Public()
export class MetricsController {
  constructor(
    private readonly metrics: MetricsRegistry,
    private readonly config: AppConfig,
  ) {}

  /** Not counted by the limits: while Redis is away these may refuse, and just then this has to be read. */
  @RateLimit('none')
  @Get()
  @RawResponse()
  async read(
    @Req() { raw }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    checkMetricsAccess(raw, this.config.env.METRICS_TOKEN);
    const text = await this.metrics.render();
    void reply.header('cache-control', 'no-store').type(this.metrics.contentType);
    return text;
  }
}
