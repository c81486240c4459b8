import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { SendResult } from '../conversations/conversation-types';
import { readBounded } from '../database/bounded-reading';
import { BoundedLabel } from '../operations/metrics/bounded-label';
import { MetricsRegistry } from '../operations/metrics/metrics-registry';
import { type Reading, SharedGauges } from '../operations/metrics/shared-gauges';

const OUTCOMES = ['accepted', 'failed', 'unknown', 'retry', 'limited', 'postponed'] as const;
/** As `message_sends.lane` numbers them. */
const LANES = ['authentication', 'reply', 'campaign'] as const;
const COUNTED_STATES = ['queued', 'sending', 'unknown'] as const;
const MOST_COUNTED = 10_000;
const MOST_SENDERS = 2_000;
const MOST_CODES = 100;

/** Messages on their way to Meta. */
@Injectable()
export class SendingMetrics {
  private readonly codes = new BoundedLabel(MOST_CODES);
  private readonly ends;
  private readonly failures;

  constructor(
    metrics: MetricsRegistry,
    shared: SharedGauges,
    @InjectDataSource() private readonly database: DataSource,
  ) {
    this.ends = metrics.counter(
      'sends_total',
      'Tries to send a message, by how they ended. `unknown`: no answer came, and it is never sent again.',
      ['outcome'],
      OUTCOMES.map((outcome) => ({ outcome })),
    );
    this.failures = metrics.counter(
      'send_failures_total',
      "Messages that failed for good, by Meta's code or our own.",
      ['code'],
    );
    this.shareGauges(shared);
  }

  ended(results: readonly SendResult[]): void {
    for (const result of results) {
      this.ends.inc({ outcome: result.state === 'retry' && result.isLimit ? 'limited' : result.state });
      if (result.state === 'failed') this.failures.inc({ code: this.codes.of(String(result.error.code)) });
    }
  }

  private shareGauges(shared: SharedGauges): void {
    const messages = shared.gauge(
      'sends_messages',
      `Messages in these states at present, counted up to ${MOST_COUNTED}.`,
      ['state'],
    );
    const oldest = shared.gauge(
      'sends_oldest_due_seconds',
      'How long the oldest message that may go out waits for its turn; 0 when none does.',
      ['lane'],
    );
    shared.share('sends', [messages, oldest], async () => {
      const readings: Reading[] = [];
      for (const { state, count } of await this.readCounts())
        readings.push({ gauge: messages, labels: { state }, value: count });
      const ages = await this.readAges();
      LANES.forEach((lane, number) => {
        readings.push({ gauge: oldest, labels: { lane }, value: ages.get(number) ?? 0 });
      });
      return readings;
    });
  }

  /** Each state by the partial index that there is of it. */
  private async readCounts(): Promise<{ state: string; count: number }[]> {
    return readBounded(
      this.database,
      COUNTED_STATES.map(
        (state) =>
          `SELECT '${state}' AS state, count(*)::integer AS count
             FROM (SELECT 1 FROM message_sends WHERE state = '${state}' LIMIT ${MOST_COUNTED}) AS first`,
      ).join(' UNION ALL '),
    );
  }

  /** Hops along `message_sends_due` from sender to sender: one row of each, however many messages wait. */
  private async readAges(): Promise<Map<number, number>> {
    const rows = await readBounded<{ lane: number; seconds: number }>(
      this.database,
      `WITH RECURSIVE lines AS (
         (SELECT platform, account_id, asset_id, lane, available_at FROM message_sends WHERE state = 'queued'
           ORDER BY platform, account_id, asset_id, lane, available_at LIMIT 1)
         UNION ALL
         SELECT next.* FROM lines l CROSS JOIN LATERAL (
           SELECT s.platform, s.account_id, s.asset_id, s.lane, s.available_at FROM message_sends s
            WHERE s.state = 'queued'
              AND (s.platform, s.account_id, s.asset_id, s.lane) > (l.platform, l.account_id, l.asset_id, l.lane)
            ORDER BY s.platform, s.account_id, s.asset_id, s.lane, s.available_at LIMIT 1) AS next)
       SELECT lane, greatest(0, extract(epoch FROM now() - min(available_at)))::float8 AS seconds
         FROM (SELECT lane, available_at FROM lines LIMIT ${MOST_SENDERS}) AS first GROUP BY lane`,
    );
    return new Map(rows.map(({ lane, seconds }) => [lane, seconds]));
  }
}
