import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiEnvelope } from '../http/envelope';
import { Access } from '../identity/access.decorators';
import { WebhookStatsDto } from './dto/webhook-stats.dto';
import { WebhookStatsService } from './webhook-stats.service';

@ApiTags('Webhooks')
@Controller('meta/webhook/stats')
export class WebhookStatsController {
  constructor(private readonly stats: WebhookStatsService) {}

  /** Tells how the inbox is doing: what waits and for how long, what failed, what comes in. */
  @Get()
  @Access('admin')
  @ApiEnvelope(WebhookStatsDto)
  async get(): Promise<WebhookStatsDto> {
    return this.stats.read();
  }
}
