import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';

export const REFUSAL_REASONS = ['unsigned', 'wrongly_signed'] as const;
/** `unsigned`: anybody's call. `wrongly_signed`: it bears a signature, made with a secret that is none of ours. */
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

export interface RecentRefusals {
  count: number;
  /** Null when there was none. */
  lastAt: Date | null;
}

const WRITE_EVERY_MS = 10_000;
const KEPT_DAYS = 7;

/**
 * Counts deliveries that were turned away because of their signature, for all processes together. Anybody can send such,
 * as fast as they like: in memory it is one addition, and one statement every ten seconds writes the sum down. What a
 * process has not written when it is killed is not missed.
 */
@Injectable()
export class WebhookRefusals implements BeforeApplicationShutdown {
  private readonly log = new Logger(WebhookRefusals.name);
  private readonly counts: Record<RefusalReason, number> = { unsigned: 0, wrongly_signed: 0 };

  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** @param signature the header, as it came */
  note(signature: string | undefined): void {
    // Meta's form, and no scanner's guess.
    const isSigned = signature !== undefined && /^sha256=[0-9a-f]{64}$/.test(signature);
    this.counts[isSigned ? 'wrongly_signed' : 'unsigned'] += 1;
  }

  @Interval(WRITE_EVERY_MS)
  async writeDown(): Promise<void> {
    const counts = REFUSAL_REASONS.map((reason) => ({ reason, count: this.counts[reason] })).filter(
      ({ count }) => count > 0,
    );
    if (counts.length === 0) return;
    for (const { reason, count } of counts) this.counts[reason] -= count;
    try {
      await this.add(counts);
    } catch (error) {
      for (const { reason, count } of counts) this.counts[reason] += count;
      const message = error instanceof Error ? error.message : 'unknown error';
      this.log.warn(`Refused deliveries could not be counted: ${message}`);
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.writeDown();
  }

  /** Of all processes, as far as they have written it down. @param hours full hours, the present one beside them */
  async recent(hours: number): Promise<Readonly<Record<RefusalReason, RecentRefusals>>> {
    await this.writeDown();
    const rows: { reason: RefusalReason; count: number; last_at: Date }[] = await this.database.query(
      `SELECT reason, sum(count)::float8 AS count, max(last_at) AS last_at FROM webhook_refusals
        WHERE hour >= date_trunc('hour', now()) - $1 * interval '1 hour' GROUP BY reason`,
      [hours],
    );
    const of = (reason: RefusalReason): RecentRefusals => {
      const row = rows.find((each) => each.reason === reason);
      return { count: row?.count ?? 0, lastAt: row?.last_at ?? null };
    };
    return { unsigned: of('unsigned'), wrongly_signed: of('wrongly_signed') };
  }

  private async add(counts: readonly { reason: RefusalReason; count: number }[]): Promise<void> {
    await this.database.query(
      `WITH old AS (DELETE FROM webhook_refusals WHERE hour < now() - $3 * interval '1 day')
       INSERT INTO webhook_refusals AS r (hour, reason, count, last_at)
       SELECT date_trunc('hour', now()), reason, count, now() FROM unnest($1::text[], $2::bigint[]) AS a (reason, count)
        ORDER BY reason
       ON CONFLICT (hour, reason) DO UPDATE SET count = r.count + excluded.count, last_at = excluded.last_at`,
      [counts.map(({ reason }) => reason), counts.map(({ count }) => count), KEPT_DAYS],
    );
  }
}
