import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { WebhookRefusals } from '../../webhooks/webhook-refusals';
import { WebhookStatsService } from '../../webhooks/webhook-stats.service';
import type { Check } from '../check-runner';
import { type Finding, about, minutes } from '../finding';
import { lastRealDelivery } from './last-delivery';

const HOUR_MS = 3_600_000;
const LOOKED_BACK_HOURS = 24;
/** A right one so shortly before a wrong one says that the secret is right, and that somebody else sends the wrong ones. */
const SHORTLY_MS = 10 * 60_000;
/** What waits longer than this waits because something is wrong; history and replays take their time. */
const LATE_MS = 60_000;
const QUARANTINE_SHOWN = 10;
const QUARANTINE_LOOKED_AT = 10_000;

/** What arrives, and what becomes of it. */
@Injectable()
export class InboxCheck implements Check {
  readonly name = 'inbox';
  readonly subject = 'the inbox of webhooks';

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly stats: WebhookStatsService,
    private readonly refusals: WebhookRefusals,
  ) {}

  async look(): Promise<Finding[]> {
    const [stats, refusals, last, oldest] = await Promise.all([
      this.stats.read(),
      this.refusals.recent(LOOKED_BACK_HOURS),
      lastRealDelivery(this.database),
      this.oldestAsset(),
    ]);
    return [
      this.refused(refusals.wrongly_signed, refusals.unsigned.count, last),
      this.lately(last, oldest, stats.receivedLastHour),
      this.late(stats),
      await this.quarantined(stats.quarantined),
      this.dead(stats.dead),
    ];
  }

  private refused(
    { count, lastAt }: { count: number; lastAt: Date | null },
    unsigned: number,
    last: Date | null,
  ): Finding {
    const finding = about('signatures', this.subject);
    const evidence = {
      wronglySigned: count,
      unsigned,
      lastWronglySignedAt: lastAt?.toISOString() ?? null,
      lastDeliveryAt: last?.toISOString() ?? null,
      hours: LOOKED_BACK_HOURS,
    };
    if (count === 0 || lastAt === null)
      return finding({
        severity: 'ok',
        title: 'No delivery had a wrong signature lately',
        explanation: 'None was refused that bore a signature.',
        evidence,
      });
    const isSilent = last === null || lastAt.getTime() - last.getTime() > SHORTLY_MS;
    return finding({
      severity: isSilent ? 'error' : 'warning',
      title: `${count} deliveries had a wrong signature`,
      explanation: isSilent
        ? 'They were answered 401, and none with a right signature came after them: META_APP_SECRET is very likely not the secret of the app that Meta delivers for. Meta repeats what was refused, for a while.'
        : 'They were answered 401 while others were right. Either somebody else sends them, or part of the events is signed with another secret: those of Instagram Login with INSTAGRAM_APP_SECRET.',
      fix: 'Compare META_APP_SECRET with App settings, Basic, in the Meta app dashboard (and INSTAGRAM_APP_SECRET with the Instagram product’s). While rotating, the old secret belongs into META_APP_SECRETS_PREVIOUS.',
      evidence,
    });
  }

  private lately(last: Date | null, oldestAsset: Date | null, lastHour: number): Finding {
    const finding = about('deliveries-lately', this.subject);
    const silentMs = Date.now() - (last ?? new Date(Date.now() - 7 * 24 * HOUR_MS)).getTime();
    const connectedMs = oldestAsset === null ? 0 : Date.now() - oldestAsset.getTime();
    const evidence = { lastDeliveryAt: last?.toISOString() ?? null, receivedLastHour: lastHour };
    if (Math.min(silentMs, connectedMs) < LOOKED_BACK_HOURS * HOUR_MS)
      return finding({
        severity: 'ok',
        title: last === null ? 'Nothing has arrived yet' : 'Deliveries arrive',
        explanation:
          last === null
            ? 'Everything was connected less than a day ago.'
            : `The last came ${minutes(silentMs)} ago.`,
        evidence,
      });
    return finding({
      severity: 'warning',
      title: `Nothing has arrived for ${last === null ? 'a week' : minutes(silentMs)}`,
      explanation:
        'That may be a quiet business. If the app is in development mode, Meta sends only events of people with a role on it; whether it is live cannot be read from Meta.',
      fix: 'Look at App mode at the top of the Meta app dashboard. Write to one of the numbers or Pages and watch GET /api/meta/webhook/deliveries.',
      evidence,
    });
  }

  private late({ lanes, retrying }: Awaited<ReturnType<WebhookStatsService['read']>>): Finding {
    const finding = about('inbox-age', this.subject);
    const ages = lanes.flatMap(({ lane, oldestPendingAgeMs: age }) =>
      lane !== 'bulk' && age !== null ? [age] : [],
    );
    const oldest = Math.max(0, ...ages);
    const evidence = {
      pending: lanes.reduce((sum, { pending }) => sum + pending, 0),
      oldestPendingAgeMs: oldest,
      retrying,
    };
    if (oldest < LATE_MS)
      return finding({
        severity: 'ok',
        title: 'Deliveries are processed',
        explanation: 'None waits longer than it should.',
        evidence,
      });
    return finding({
      severity: 'error',
      title: `Deliveries wait for ${minutes(oldest)}`,
      explanation:
        retrying > 0
          ? 'They are stored and nobody processes them, or they fail again and again: messages and statuses do not appear.'
          : 'They are stored and nobody processes them: messages and statuses do not appear.',
      fix: 'See that processes with the role worker run and what they log; the errors of single deliveries are in GET /api/meta/webhook/deliveries?state=pending.',
      evidence,
    });
  }

  private async quarantined(count: number): Promise<Finding> {
    const finding = about('quarantine', this.subject);
    if (count === 0)
      return finding({
        severity: 'ok',
        title: 'Nothing arrives for what nobody connected',
        explanation: 'No delivery is in quarantine.',
      });
    const rows: { kind: string; meta_id: string; count: number }[] = await this.database.query(
      `SELECT kind, meta_id, count(*)::int AS count FROM (SELECT kind, meta_id FROM webhook_quarantine LIMIT $1) q
        GROUP BY kind, meta_id ORDER BY 3 DESC, 1, 2 LIMIT $2`,
      [QUARANTINE_LOOKED_AT, QUARANTINE_SHOWN],
    );
    const assets = rows.map((row) => `${row.kind} ${row.meta_id} (${row.count})`);
    return finding({
      severity: 'warning',
      title: `${count} deliveries are for what nobody here has connected`,
      explanation: `Meta sends events of ${assets.join(', ') || 'some asset'}, and no account here owns it. They are kept, and processed once somebody connects it.`,
      fix: 'Connect the account that owns it; or, if nobody shall, take its subscription to this app away at Meta. GET /api/meta/webhook/deliveries?state=quarantined lists them.',
      evidence: { quarantined: count, assets },
    });
  }

  private dead(count: number): Finding {
    const finding = about('dead-deliveries', this.subject);
    if (count === 0)
      return finding({ severity: 'ok', title: 'No delivery was given up', explanation: 'None is dead.' });
    return finding({
      severity: 'error',
      title: `${count} deliveries were given up`,
      explanation: 'They failed every time for a day and a half; what is in them has not happened here.',
      fix: 'See their errors with GET /api/meta/webhook/deliveries?state=dead, mend the cause (an update of the service, often), then POST /api/meta/webhook/deliveries/replay.',
      evidence: { dead: count },
    });
  }

  private async oldestAsset(): Promise<Date | null> {
    const [row]: { at: Date | null }[] = await this.database.query(
      'SELECT min(created_at) AS at FROM assets WHERE released_at IS NULL',
    );
    return row?.at ?? null;
  }
}
