import { Controller, Get, Header } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ServiceUnavailableError } from '../errors/app.error';
import { ApiEnvelope, ApiErrors } from '../http/envelope';
import { Public } from '../identity/access.decorators';
import { RateLimit } from '../rate-limits/rate-limit.decorator';
import { LivenessDto, ReadinessDto } from './dto/health.dto';
import { ReadinessService } from './readiness.service';

/** Every process answers these, also one that serves no API: an orchestrator asks them all alike. */
@ApiTags('Operations')
@Controller('health')
@Public()
export class HealthController {
  constructor(private readonly readiness: ReadinessService) {}

  /** Whether the process runs. It asks nobody else: restarting it would not bring PostgreSQL back. */
  @RateLimit('none')
  @Get('live')
  @Header('cache-control', 'no-store')
  @ApiEnvelope(LivenessDto)
  live(): LivenessDto {
    return { status: 'up' };
  }

  /** Whether requests can be served: PostgreSQL and Redis answer and the schema is up to date. `error.details` of a 503 says what is not. */
  @RateLimit('none')
  @Get('ready')
  @Header('cache-control', 'no-store')
  @ApiEnvelope(ReadinessDto)
  @ApiErrors('SERVICE_UNAVAILABLE')
  async ready(): Promise<ReadinessDto> {
    const { ready, parts } = await this.readiness.check();
    if (ready) return { status: 'ready', parts };
    const missing = Object.entries(parts).filter(([, state]) => state !== 'up');
    throw new ServiceUnavailableError(
      `Not ready: ${missing.map(([part, state]) => `${part} ${state}`).join(', ')}.`,
      {
        parts,
      },
    );
  }
}
