import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { firstIdAt } from '../database/ids';
import { DELIVERY_LANES, type DeliveryLane } from './delivery-lane';
import type { InboxAlarm, InboxStats, LaneStats } from './inbox-stats';

/** What is live and has waited longer than this waits because something is wrong. Age, not number: a burst is no alarm. */
const ALARMING_LAG_MS = 60_000;
const HOUR_MS = 60 * 60_000;

/** How the inbox is doing. */
@Injectable()
export class WebhookStatsService {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  async read(): Promise<InboxStats> {
    const [lanes, rest] = await Promise.all([this.lanes(), this.rest()]);
    const ages = lanes.flatMap(({ oldestPendingAgeMs }) => oldestPendingAgeMs ?? []);
    return {
      pending: sum(lanes.map(({ pending }) => pending)),
      oldestPendingAgeMs: ages.length === 0 ? null : Math.max(...ages),
      retrying: sum(lanes.map(({ retrying }) => retrying)),
      ...rest,
      lanes,
      alarms: alarmsOf(lanes, rest.dead),
    };
  }

  private async lanes(): Promise<LaneStats[]> {
    const rows: { lane: DeliveryLane; pending: number; retrying: number; oldest_ms: string }[] =
      await this.database.query(
        `SELECT lane, count(*)::int AS pending, count(*) FILTER (WHERE attempts > 0)::int AS retrying,
                greatest(0, extract(epoch FROM now() - min(received_at)) * 1000) AS oldest_ms
           FROM webhook_deliveries WHERE state = 'pending' GROUP BY lane`,
      );
    return DELIVERY_LANES.map((lane) => {
      const row = rows.find((candidate) => candidate.lane === lane);
      return {
        lane,
        pending: row?.pending ?? 0,
        retrying: row?.retrying ?? 0,
        oldestPendingAgeMs: row === undefined ? null : Math.round(Number(row.oldest_ms)),
      };
    });
  }

  private async rest(): Promise<
    Pick<
      InboxStats,
      'quarantined' | 'dead' | 'receivedLastMinute' | 'receivedLastHour' | 'processedLastMinute'
    >
  > {
    const [row]: { quarantined: number; dead: number; minute: number; hour: number; processed: number }[] =
      await this.database.query(
        `SELECT
           (SELECT count(*)::int FROM webhook_deliveries WHERE state = 'quarantined') AS quarantined,
           (SELECT count(*)::int FROM webhook_deliveries WHERE state = 'dead') AS dead,
           recent.minute, recent.hour, recent.processed
         FROM (
           -- By id, which is the time of receipt: a scan of the latest hour, not of everything.
           SELECT count(*) FILTER (WHERE received_at > now() - interval '1 minute')::int AS minute, count(*)::int AS hour,
                  count(*) FILTER (WHERE processed_at > now() - interval '1 minute')::int AS processed
             FROM webhook_deliveries WHERE id > $1) AS recent`,
        [firstIdAt(new Date(Date.now() - HOUR_MS))],
      );
    if (row === undefined) throw new Error('The statistics of the inbox did not come back.');
    return {
      quarantined: row.quarantined,
      dead: row.dead,
      receivedLastMinute: row.minute,
      receivedLastHour: row.hour,
      processedLastMinute: row.processed,
    };
  }
}

function alarmsOf(lanes: readonly LaneStats[], dead: number): InboxAlarm[] {
  const alarms: InboxAlarm[] = [];
  if (dead > 0)
    alarms.push({
      code: 'DEAD_DELIVERIES',
      message: `${dead} deliveries failed every time. See their errors with GET /api/meta/webhook/deliveries?state=dead, and replay them once the cause is mended.`,
    });
  for (const { lane, oldestPendingAgeMs: age } of lanes) {
    if (lane === 'bulk' || age === null || age < ALARMING_LAG_MS) continue;
    alarms.push({
      code: 'LAG',
      message: `The oldest delivery of the lane ${lane} has waited for ${Math.round(age / 1_000)} s. Are workers running, and what do they log?`,
    });
  }
  return alarms;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
