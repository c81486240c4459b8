import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { type AccountId, firstIdAt } from '../../database/ids';
import { type Finding, about, minutes } from '../finding';

const HOUR_MS = 3_600_000;
const LOOKED_BACK_MS = 24 * HOUR_MS;
/** Meta tells `sent` within seconds. */
const TOLD_BY_MS = 15 * 60_000;
const MOST_LOOKED_AT = 200;
/** One or two may be people without a phone at hand. */
const NOTABLE = 3;
const SEND_LATE_MS = 10 * 60_000;
/** Code and subcode by which Meta refuses whoever has no role on the app, as failed messages keep them. */
const ROLES_ONLY = { code: '200', subcode: 'Subcode 2018028.' };

interface SentRow {
  sent: number;
  told: number;
  first_at: Date | null;
}

/**
 * What the account's own traffic shows: sends that nothing is told of, sends that wait, those that only
 * people with a role on the app would get, gaps that nobody repaired.
 */
@Injectable()
export class ActivityCheck {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  async look(accountId: AccountId, subject: string): Promise<Finding[]> {
    const findings = await Promise.all([
      this.untold(accountId, subject),
      this.waiting(accountId, subject),
      this.toRolesOnly(accountId, subject),
      this.gaps(accountId, subject),
    ]);
    return findings;
  }

  /** Meta accepted messages and tells nothing of them: then its webhooks go elsewhere, or nowhere. */
  private async untold(accountId: AccountId, subject: string): Promise<Finding> {
    const finding = about('statuses', subject);
    const now = Date.now();
    const [row]: SentRow[] = await this.database.query(
      `SELECT count(*)::int AS sent, count(*) FILTER (WHERE told)::int AS told, min(finished_at) AS first_at
         FROM (SELECT s.finished_at, EXISTS (
                 SELECT FROM message_statuses t
                  WHERE t.account_id = s.account_id AND t.message_id = s.message_id
                    AND t.status IN ('sent', 'delivered', 'read', 'played', 'failed')) AS told
                 FROM message_sends s
                WHERE s.account_id = $1 AND s.message_id >= $2 AND s.message_id < $3
                  AND s.platform = 'whatsapp' AND s.state = 'accepted'
                ORDER BY s.message_id DESC LIMIT $4) AS latest`,
      [
        accountId,
        firstIdAt(new Date(now - LOOKED_BACK_MS)),
        firstIdAt(new Date(now - TOLD_BY_MS)),
        MOST_LOOKED_AT,
      ],
    );
    const { sent, told, first_at: firstAt } = row ?? { sent: 0, told: 0, first_at: null };
    const evidence = { accepted: sent, withStatus: told, since: firstAt?.toISOString() ?? null };
    if (sent >= NOTABLE && told === 0)
      return finding({
        severity: 'error',
        title: `Meta took ${sent} messages and told nothing of them`,
        explanation:
          'Each message is followed by statuses within seconds. None came: webhooks of this account go elsewhere, or nowhere. What people answer does not arrive either.',
        fix: 'See the findings about subscriptions, overrides and signatures; then write to the number and watch GET /api/meta/webhook/deliveries.',
        evidence,
      });
    return finding({
      severity: 'ok',
      title: sent === 0 ? 'No WhatsApp message was sent in the last day' : 'Statuses of sent messages arrive',
      explanation:
        sent === 0 ? 'So nothing can be said of their statuses.' : `${told} of the last ${sent} have one.`,
      evidence,
    });
  }

  private async waiting(accountId: AccountId, subject: string): Promise<Finding> {
    const finding = about('sends', subject);
    const rows: { state: string; count: number; oldest_ms: number }[] = await this.database.query(
      `SELECT state, count(*)::int AS count, (extract(epoch FROM now() - min(available_at)) * 1000)::float8 AS oldest_ms
         FROM message_sends
        WHERE account_id = $1 AND message_id >= $2 AND state IN ('queued', 'unknown') AND available_at < now()
        GROUP BY state`,
      [accountId, firstIdAt(new Date(Date.now() - 7 * LOOKED_BACK_MS))],
    );
    const queued = rows.find(({ state }) => state === 'queued');
    const unknown = rows.find(({ state }) => state === 'unknown')?.count ?? 0;
    const evidence = { queued: queued?.count ?? 0, unknown };
    if (queued !== undefined && queued.oldest_ms > SEND_LATE_MS)
      return finding({
        severity: 'warning',
        title: `${queued.count} messages wait to be sent, the first for ${minutes(queued.oldest_ms)}`,
        explanation:
          'No worker runs, or Meta’s limits hold them back: a number sends at the speed that Meta allows it.',
        fix: 'See that workers run. GET /api/meta/whatsapp/messages/{id} says what a message waits for.',
        evidence,
      });
    return finding({
      severity: 'ok',
      title: 'Messages leave in time',
      explanation:
        unknown > 0 ? `${unknown} have an outcome that Meta has not told yet.` : 'None waits too long.',
      evidence,
    });
  }

  /** The one trace of an app in development in what Meta answers; it has a second cause, and nothing proves the contrary. */
  private async toRolesOnly(accountId: AccountId, subject: string): Promise<Finding> {
    const finding = about('app-mode', subject);
    const [row]: { refused: number; last_at: Date | null }[] = await this.database.query(
      `SELECT count(*)::int AS refused, max(finished_at) AS last_at
         FROM message_sends
        WHERE account_id = $1 AND message_id >= $2 AND state = 'failed'
          AND error->>'code' = $3 AND right(error->>'details', length($4)) = $4`,
      [accountId, firstIdAt(new Date(Date.now() - LOOKED_BACK_MS)), ROLES_ONLY.code, ROLES_ONLY.subcode],
    );
    const { refused, last_at: lastAt } = row ?? { refused: 0, last_at: null };
    const evidence = { refused, lastAt: lastAt?.toISOString() ?? null };
    if (refused > 0)
      return finding({
        severity: 'warning',
        title: `Meta refused ${refused === 1 ? 'a message' : `${refused} messages`} to people without a role on the app`,
        explanation:
          'Probably the app is in development. The same answer comes from a live app whose permission pages_messaging has no Advanced Access; which of the two it is cannot be read from Meta. What these people write may not arrive either.',
        fix: 'See App mode in the Meta app dashboard, and under App Review whether pages_messaging has Advanced Access. Then send the failed messages again: a day after the last one this finding goes.',
        evidence,
      });
    return finding({
      severity: 'ok',
      title: 'Meta refused no message in the last day for want of a role on the app',
      explanation: 'That does not prove that the app is live.',
      evidence,
    });
  }

  private async gaps(accountId: AccountId, subject: string): Promise<Finding> {
    const finding = about('gaps', subject);
    const [row]: { failed: number; open: number }[] = await this.database.query(
      `SELECT count(*) FILTER (WHERE state = 'failed')::int AS failed,
              count(*) FILTER (WHERE state IN ('found', 'repairing'))::int AS open
         FROM webhook_gaps WHERE account_id = $1 AND state IN ('failed', 'found', 'repairing')`,
      [accountId],
    );
    const evidence = { failed: row?.failed ?? 0, open: row?.open ?? 0 };
    if (evidence.failed > 0)
      return finding({
        severity: 'warning',
        title: `${evidence.failed} times of missed events could not be read again`,
        explanation: 'Messages or comments of these times may be missing here though Meta has them.',
        fix: 'GET /api/meta/webhook/gaps?state=failed says why; after mending that, POST /api/meta/webhook/gaps/{id}/repair.',
        evidence,
      });
    return finding({
      severity: 'ok',
      title: evidence.open > 0 ? 'Missed events are being read again' : 'No time of missed events is open',
      explanation: 'What was missed while nobody received is read again where Meta allows it.',
      evidence,
    });
  }
}
