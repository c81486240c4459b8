import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppConfig } from '../../config/app-config';
import type { DomainEvent } from '../../domain-events/domain-events';
import { Outbox } from '../../domain-events/outbox';
import type { ClaimedDelivery } from './delivery-claims.repository';
import { giveTurns } from './delivery-turns';
import type { CallOutcome } from './endpoint-call';
import { type EndpointHealth, type HealthChange, afterOutcome } from './endpoint-health';

const HOUR_MS = 3_600_000;
/** After an outage so many that were tried in it begin anew; the others keep their time. */
const BEGUN_ANEW = 5_000;
/** One that failed as often is not helped by beginning anew. */
const MOST_ATTEMPTS_ANEW = 50;

/** How an endpoint stood before. */
export interface EndpointBefore {
  state: string;
  failures: number;
  failing_since: Date | null;
  is_told: boolean;
  is_probing: boolean;
  now: Date;
}

/** What became of one delivery. */
export interface DeliveryResult {
  claimed: ClaimedDelivery;
  outcome: CallOutcome;
}

/** `UPDATE … RETURNING` answers `[rows, count]` through TypeORM's PostgreSQL driver. */
type Updated<Row> = [rows: Row[], count: number];

/** What attempts say of their endpoint: whether it is tried as usual, one by one, or not at all, and what people are told. */
@Injectable()
export class EndpointHealthRecords {
  constructor(
    private readonly config: AppConfig,
    private readonly outbox: Outbox,
  ) {}

  /** @param results of this endpoint, in the order in which they came; whoever calls holds its row */
  async record(
    tx: EntityManager,
    endpoint: EndpointBefore,
    results: readonly DeliveryResult[],
  ): Promise<void> {
    let health: EndpointHealth = {
      failures: endpoint.failures,
      failingSince: endpoint.failing_since,
      isTold: endpoint.is_told,
      isProbing: endpoint.is_probing,
    };
    let last: { result: DeliveryResult; change: HealthChange } | undefined;
    let isBack = false;
    for (const result of results) {
      const change = afterOutcome(health, result.outcome, {
        now: endpoint.now,
        random: Math.random(),
        disableAfterMs: this.config.env.ENDPOINT_DISABLE_AFTER_HOURS * HOUR_MS,
      });
      await this.outbox.record(tx, newsOf(result.claimed, result.outcome, change));
      health = { ...change, isProbing: change.probeInMs !== null };
      isBack ||= change.isBack;
      last = { result, change };
      if (change.disable !== null) break;
    }
    if (last === undefined) return;
    await this.change(tx, last.result.claimed, last.result.outcome, last.change);
    if (isBack && last.change.disable === null) await this.beginAnew(tx, last.result.claimed);
  }

  private async change(
    tx: EntityManager,
    { accountId, endpointId }: ClaimedDelivery,
    outcome: CallOutcome,
    change: HealthChange,
  ): Promise<void> {
    await tx.query(
      `UPDATE notification_endpoints
          SET failures = $3, failing_since = $4, probe_at = now() + $5::float8 * interval '1 ms', is_slow = $6,
              failing_told_at = CASE WHEN $7::boolean THEN coalesce(failing_told_at, now()) END,
              not_before = greatest(not_before, now() + $8::float8 * interval '1 ms'),
              state = CASE WHEN $9::text IS NULL THEN state ELSE 'disabled' END,
              state_reason = $9, state_changed_at = CASE WHEN $9::text IS NULL THEN state_changed_at ELSE now() END,
              last_error = $10,
              last_success_at = CASE WHEN $10::text IS NULL THEN now() ELSE last_success_at END,
              last_failure_at = CASE WHEN $10::text IS NULL THEN last_failure_at ELSE now() END,
              -- Whoever comes next looks when it is really due.
              due_at = now()
        WHERE account_id = $1 AND id = $2`,
      [
        accountId,
        endpointId,
        change.failures,
        change.failingSince,
        change.probeInMs,
        change.isSlow,
        change.isTold,
        change.pauseMs,
        change.disable,
        outcome.error,
      ],
    );
  }

  /** In order, as if none of them had been tried: those that failed in an outage would otherwise come after the rest. */
  private async beginAnew(tx: EntityManager, { accountId, endpointId }: ClaimedDelivery): Promise<void> {
    const [rows]: Updated<{ partition_id: string | null }> = await tx.query(
      `UPDATE notification_deliveries
          SET tries = 0, hold_until = NULL, due_at = CASE WHEN partition_id IS NULL THEN now() END
        WHERE account_id = $1 AND id IN (
          SELECT id FROM notification_deliveries
           WHERE account_id = $1 AND endpoint_id = $2 AND state = 'pending' AND due_at IS NOT NULL AND tries > 0
             AND claimed_until IS NULL AND attempts < $3
           ORDER BY due_at, id LIMIT $4)
        RETURNING partition_id`,
      [accountId, endpointId, MOST_ATTEMPTS_ANEW, BEGUN_ANEW],
    );
    await giveTurns(
      tx,
      rows.flatMap(({ partition_id: partitionId }) =>
        partitionId === null ? [] : [{ accountId, endpointId, partitionId }],
      ),
    );
  }
}

function newsOf(claimed: ClaimedDelivery, outcome: CallOutcome, change: HealthChange): DomainEvent[] {
  const { accountId, endpointId, url } = claimed;
  const facts = { endpointId, host: new URL(url).host };
  const error = outcome.error ?? '';
  if (change.disable !== null)
    return [{ kind: 'endpoint.disabled', accountId, payload: { ...facts, reason: change.disable, error } }];
  if (change.news === 'failing')
    return [
      {
        kind: 'endpoint.failing',
        accountId,
        payload: { ...facts, since: (change.failingSince ?? outcome.at).toISOString(), error },
      },
    ];
  return change.news === 'recovered' ? [{ kind: 'endpoint.recovered', accountId, payload: facts }] : [];
}
