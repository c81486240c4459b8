import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiEnvelope } from '../http/envelope';
import { Access } from '../identity/access.decorators';
import { WebhookStatsDto } from './dto/webhook-stats.dto';
import { WebhookDeliveriesService } from './webhook-deliveries.service';

@ApiTags('Webhooks')
@Controller('meta/webhook/stats')
export class WebhookStatsController {
  constructor(private readonly deliveries: WebhookDeliveriesService) {}

  /** Tells how the inbox is doing: what waits and for how long, what failed, what comes in. */
  @Get()
  @Access('admin')
  @ApiEnvelope(WebhookStatsDto)
  async get(): Promise<WebhookStatsDto> {
    return this.deliveries.stats();
  }
}
