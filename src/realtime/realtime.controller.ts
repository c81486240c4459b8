import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiEnvelope } from '../http/envelope';
import { Access } from '../identity/access.decorators';
import { RealtimeStatsDto } from './dto/realtime-stats.dto';
import { EventLog } from './event-log.repository';
import { EventTail } from './event-tail';
import { RealtimeClients } from './realtime-clients';

@ApiTags('Live updates')
@Controller('meta/realtime')
export class RealtimeController {
  constructor(
    private readonly clients: RealtimeClients,
    private readonly tail: EventTail,
    private readonly log: EventLog,
  ) {}

  /**
   * Tells who is connected to the process that answers.
   *
   * @remarks And how far behind they are. Live updates themselves come over Socket.IO, in the namespace `/realtime` of this
   * address.
   */
  @Get('stats')
  @Access('admin')
  @ApiEnvelope(RealtimeStatsDto)
  async stats(): Promise<RealtimeStatsDto> {
    const read = this.tail.position();
    const last = await this.log.lastPosition();
    return {
      clients: this.clients.size,
      users: this.clients.users,
      behind: this.clients.all().filter(({ feed }) => feed.isBehind).length,
      unread: read === null ? null : Number(last - read),
    };
  }
}
