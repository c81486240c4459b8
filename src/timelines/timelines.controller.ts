import { Controller, Get, Param } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { ApiEnvelope, ApiErrors } from '../http/envelope';
import { UuidParam } from '../http/uuid-param.pipe';
import { Access, CurrentUser } from '../identity/access.decorators';
import type { AuthenticatedUser } from '../identity/authenticated-user';
import { TimelineDto } from './timeline.dto';
import { Timelines } from './timelines.service';

@ApiTags('Timelines')
@Controller()
export class TimelinesController {
  constructor(private readonly timelines: Timelines) {}

  /**
   * Tells what happened to a message, in the order of time.
   *
   * @remarks Sent or received on any platform: who ordered it, every attempt
   * with Meta's answer, its statuses and the webhooks they came with, its file, who was told of it. While something is
   * still to come, the last entry says what is being waited for. Made for finding out why a message did not arrive.
   */
  @Get('meta/conversations/:id/messages/:messageId/timeline')
  @ApiParam({ name: 'id', description: 'The conversation.', format: 'uuid' })
  @ApiParam({ name: 'messageId', description: 'The message.', format: 'uuid' })
  @Access('viewer')
  @ApiEnvelope(TimelineDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async ofMessage(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Param('messageId', UuidParam) messageId: string,
  ): Promise<TimelineDto> {
    return TimelineDto.from(await this.timelines.ofMessage(user, id, messageId));
  }

  /**
   * Tells what happened to a delivery of Meta's, in the order of time.
   *
   * @remarks When it arrived, every failed attempt, replays and
   * who asked for them, how its events ended and why, the messages and events it made and who was told of these. While
   * something is still to come, the last entry says what is being waited for.
   */
  @Get('meta/webhook/deliveries/:id/timeline')
  @Access('admin')
  @ApiParam({ name: 'id', description: 'The delivery.', format: 'uuid' })
  @ApiEnvelope(TimelineDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async ofDelivery(@Param('id', UuidParam) id: string): Promise<TimelineDto> {
    return TimelineDto.from(await this.timelines.ofDelivery(id));
  }
}
