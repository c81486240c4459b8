import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { MessageMetricsDto } from '../dto/message-metrics.dto';
import { FailuresDto } from '../dto/failures.dto';
import { MetricRangeQuery, MetricsQuery } from '../dto/metrics-query.dto';
import { FailuresService } from './failures.service';
import { MessageMetricsService } from './message-metrics.service';

@ApiTags('WhatsApp metrics')
@Controller('meta/whatsapp/metrics')
export class MessageMetricsController {
  constructor(
    private readonly metrics: MessageMetricsService,
    private readonly failures: FailuresService,
  ) {}

  /**
   * Counts WhatsApp messages by day or hour, in any time zone.
   *
   * @remarks Every message counts once in each figure, by WhatsApp's own time of it: one that was sent at 23:59 and delivered
   * two minutes later is sent on one day and delivered on the next. What Meta tells late counts where it happened, so figures
   * of the past may still grow.
   *
   * - `sent`: WhatsApp sent it on. A message that was delivered or read was sent, too, whatever Meta leaves out.
   * - `delivered`: it reached a device. A message that was read was delivered, too.
   * - `read`: it was read, or played.
   * - `failed`: it failed, here or at Meta, and no delivery ever proved otherwise.
   * - `received`: a customer wrote it.
   *
   * Messages written on the business's phone count as sent. Reactions, edits, notices and imported history count nowhere.
   * Rates are about the messages that were sent in the range, so they lie between 0 and 1: `deliveryRate` those of them
   * that were delivered by now, `readRate` those of the delivered ones that were read, `failureRate` those that failed among all that were sent
   * or failed before.
   */
  @Get()
  @Access('viewer')
  @ApiEnvelope(MessageMetricsDto)
  @ApiErrors(
    'VALIDATION_FAILED',
    'UNAUTHORIZED',
    'FORBIDDEN',
    'ACCOUNT_NOT_FOUND',
    'NOT_FOUND',
    'ACCOUNT_AMBIGUOUS',
    'RATE_LIMITED',
  )
  async read(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: MetricsQuery,
  ): Promise<MessageMetricsDto> {
    return MessageMetricsDto.from(await this.metrics.read(user, query));
  }

  /**
   * Failed messages by error code, each code explained: cause, who must act, and whether sending again helps.
   *
   * @remarks Those that failed in the range and were never delivered, at Meta or before they came so far. Each stands once, with the
   * code of its first failure.
   */
  @Get('errors')
  @Access('viewer')
  @ApiEnvelope(FailuresDto)
  @ApiErrors(
    'VALIDATION_FAILED',
    'UNAUTHORIZED',
    'FORBIDDEN',
    'ACCOUNT_NOT_FOUND',
    'NOT_FOUND',
    'ACCOUNT_AMBIGUOUS',
    'RATE_LIMITED',
  )
  async errors(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: MetricRangeQuery,
  ): Promise<FailuresDto> {
    return FailuresDto.from(await this.failures.read(user, query));
  }
}
