import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { readBounded } from '../database/bounded-reading';
import { createdAtOf } from '../database/ids';
import { MetricsRegistry } from '../operations/metrics/metrics-registry';
import { type Reading, SharedGauges } from '../operations/metrics/shared-gauges';
import type { ClaimedDelivery } from './delivery-claims';
import { DELIVERY_LANES, type DeliveryLane } from './delivery-lane';
import type { DeliveryOutcome } from './delivery-outcome';

const ACKNOWLEDGEMENT_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const LAG_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const SETTLED = ['processed', 'ignored', 'quarantined', 'dead'] as const;
const SET_ASIDE = ['quarantined', 'dead'] as const;
/** Counting stops here: beyond it, how old the oldest is says more than how many there are. */
const MOST_COUNTED = 10_000;

interface LaneRow {
  lane: DeliveryLane;
  pending: number;
  retrying: number;
  oldest_seconds: number | null;
}

/** How the inbox of Meta's deliveries is doing. */
@Injectable()
export class InboxMetrics {
  private readonly acknowledgements;
  private readonly refusals;
  private readonly lags;
  private readonly settled;

  constructor(
    metrics: MetricsRegistry,
    shared: SharedGauges,
    @InjectDataSource() private readonly database: DataSource,
  ) {
    // Without labels: looking one up would cost more than the counting, thousands of times a second.
    this.acknowledgements = metrics.histogram(
      'webhook_acknowledgement_seconds',
      'Time from a delivery of Meta to its 200: read, verified, and on disk.',
      ACKNOWLEDGEMENT_SECONDS,
    );
    this.refusals = metrics.counter(
      'webhook_refusals_total',
      'Deliveries that were not answered with 200, by status: Meta repeats those.',
      ['status'],
      ['401', '503'].map((status) => ({ status })),
    );
    this.lags = metrics.histogram(
      'ingest_visible_seconds',
      'Time from the arrival of a delivery until what it tells can be read through the API.',
      LAG_SECONDS,
      ['lane'],
      DELIVERY_LANES.map((lane) => ({ lane })),
    );
    this.settled = metrics.counter(
      'webhook_deliveries_total',
      'Deliveries that came to an end, by what became of them.',
      ['state'],
      SETTLED.map((state) => ({ state })),
    );
    this.shareGauges(shared);
  }

  /** @param startedAt of `performance.now()` */
  acknowledged(startedAt: number): void {
    this.acknowledgements.observe((performance.now() - startedAt) / 1_000);
  }

  refused(status: number): void {
    this.refusals.inc({ status: String(status) });
  }

  /** Their effects are committed: from now on everybody sees them. */
  visible(deliveries: readonly ClaimedDelivery[], outcomes: readonly DeliveryOutcome[]): void {
    const now = Date.now();
    for (const { id, lane } of deliveries)
      this.lags.observe({ lane }, Math.max(0, now - createdAtOf(id).getTime()) / 1_000);
    for (const { state } of outcomes) this.settled.inc({ state });
  }

  died(): void {
    this.settled.inc({ state: 'dead' });
  }

  private shareGauges(shared: SharedGauges): void {
    const pending = shared.gauge(
      'inbox_pending',
      `Deliveries that wait to be processed, counted up to ${MOST_COUNTED}.`,
      ['lane'],
    );
    const retrying = shared.gauge('inbox_retrying', 'Of them, those that have failed before.', ['lane']);
    const oldest = shared.gauge(
      'inbox_oldest_seconds',
      'How long the oldest of them waits; 0 when none does.',
      ['lane'],
    );
    const aside = shared.gauge(
      'inbox_set_aside',
      `Deliveries that nobody looks at by themselves, counted up to ${MOST_COUNTED}.`,
      ['state'],
    );
    shared.share('inbox', [pending, retrying, oldest, aside], async () => {
      const readings: Reading[] = [];
      for (const { lane, ...row } of await this.readLanes()) {
        readings.push({ gauge: pending, labels: { lane }, value: row.pending });
        readings.push({ gauge: retrying, labels: { lane }, value: row.retrying });
        readings.push({ gauge: oldest, labels: { lane }, value: row.oldest_seconds ?? 0 });
      }
      for (const { state, count } of await this.readSetAside())
        readings.push({ gauge: aside, labels: { state }, value: count });
      return readings;
    });
  }

  /** Along `webhook_deliveries_pending`: those whose turn is next, which are the oldest as well. */
  private async readLanes(): Promise<LaneRow[]> {
    return readBounded<LaneRow>(
      this.database,
      `SELECT lanes.lane, waiting.pending, waiting.retrying, waiting.oldest_seconds
         FROM unnest($1::text[]) AS lanes (lane)
        CROSS JOIN LATERAL (
          SELECT count(*)::integer AS pending, count(*) FILTER (WHERE attempts > 0)::integer AS retrying,
                 greatest(0, extract(epoch FROM now() - min(received_at)))::float8 AS oldest_seconds
            FROM (SELECT attempts, received_at FROM webhook_deliveries
                   WHERE state = 'pending' AND lane = lanes.lane
                   ORDER BY next_attempt_at, id LIMIT ${MOST_COUNTED}) AS first) AS waiting`,
      [DELIVERY_LANES],
    );
  }

  /** Along `webhook_deliveries_set_aside`. */
  private async readSetAside(): Promise<{ state: string; count: number }[]> {
    return readBounded(
      this.database,
      `SELECT states.state, found.count
         FROM unnest($1::text[]) AS states (state)
        CROSS JOIN LATERAL (
          SELECT count(*)::integer AS count
            FROM (SELECT 1 FROM webhook_deliveries
                   WHERE state = states.state AND state IN ('ignored', 'quarantined', 'dead')
                   LIMIT ${MOST_COUNTED}) AS first) AS found`,
      [SET_ASIDE],
    );
  }
}
