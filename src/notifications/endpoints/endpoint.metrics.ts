import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { readBounded } from '../../database/bounded-reading';
import { MetricsRegistry } from '../../operations/metrics/metrics-registry';
import { SharedGauges } from '../../operations/metrics/shared-gauges';
import type { CallOutcome } from './endpoint-call';
import { ATTEMPT_FAILURES, ENDPOINT_STATES } from './endpoint-states';

const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];
const DELIVERED = 'delivered';
const MOST_COUNTED = 10_000;

interface Row {
  states: Record<string, number> | null;
  pending: number;
  oldest_seconds: number | null;
}

/** Outbound webhooks: what customers' own systems are told. */
@Injectable()
export class EndpointMetrics {
  private readonly durations;

  constructor(metrics: MetricsRegistry, shared: SharedGauges, @InjectDataSource() database: DataSource) {
    this.durations = metrics.histogram(
      'endpoint_attempt_seconds',
      'Time of one attempt to deliver an outbound webhook, by what came of it.',
      SECONDS,
      ['outcome'],
      [DELIVERED, ...ATTEMPT_FAILURES].map((outcome) => ({ outcome })),
    );
    const endpoints = shared.gauge('endpoints', 'Outbound webhooks, by state.', ['state']);
    const pending = shared.gauge(
      'endpoint_deliveries_pending',
      `Deliveries whose turn it is, now or at a set time, counted up to ${MOST_COUNTED}.`,
    );
    const oldest = shared.gauge(
      'endpoint_oldest_due_seconds',
      'How long the endpoint that has waited longest for its turn waits; 0 when none does.',
    );
    shared.share('endpoints', [endpoints, pending, oldest], async () => {
      const [row] = await readBounded<Row>(
        database,
        // The ages are those of endpoints, of which there are few, and not of their deliveries.
        `SELECT (SELECT jsonb_object_agg(state, count) FROM (
                   SELECT state, count(*)::integer AS count
                     FROM (SELECT state FROM notification_endpoints LIMIT ${MOST_COUNTED}) AS first GROUP BY state) AS s) AS states,
                (SELECT count(*)::integer FROM (
                   SELECT 1 FROM notification_deliveries WHERE state = 'pending' AND due_at IS NOT NULL
                    LIMIT ${MOST_COUNTED}) AS first) AS pending,
                (SELECT greatest(0, extract(epoch FROM now() - min(greatest(due_at, not_before))))::float8 FROM (
                   SELECT due_at, not_before FROM notification_endpoints WHERE state = 'active' AND due_at IS NOT NULL
                    LIMIT ${MOST_COUNTED}) AS first) AS oldest_seconds`,
      );
      if (row === undefined) return [];
      return [
        ...ENDPOINT_STATES.map((state) => ({
          gauge: endpoints,
          labels: { state },
          value: row.states?.[state] ?? 0,
        })),
        { gauge: pending, value: row.pending },
        { gauge: oldest, value: row.oldest_seconds ?? 0 },
      ];
    });
  }

  attempted({ failure, durationMs }: CallOutcome): void {
    this.durations.observe({ outcome: failure ?? DELIVERED }, durationMs / 1_000);
  }
}
