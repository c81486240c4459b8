import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { AppConfig } from '../../config/app-config';
import type { DomainEvent } from '../../domain-events/domain-events';
import { Outbox } from '../../domain-events/outbox';
import type { ClaimedDelivery } from './delivery-claims.repository';
import { giveTurns } from './delivery-turns';
import type { CallOutcome } from './endpoint-call';
import { type HealthChange, afterOutcome } from './endpoint-health';
import { retryDelayMs } from './retry-schedule';

const HOUR_MS = 3_600_000;
/** After an outage so many that were tried in it begin anew; the others keep their time. */
const BEGUN_ANEW = 5_000;
/** One that failed as often is not helped by beginning anew. */
const MOST_ATTEMPTS_ANEW = 50;

interface EndpointRow {
  state: string;
  failures: number;
  failing_since: Date | null;
  is_told: boolean;
  is_probing: boolean;
  now: Date;
}

/** `UPDATE … RETURNING` answers `[rows, count]` through TypeORM's PostgreSQL driver. */
type Updated<Row> = [rows: Row[], count: number];

/** Writes down what became of deliveries, and what that says of their endpoints. */
@Injectable()
export class DeliveryResults {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly config: AppConfig,
    private readonly outbox: Outbox,
  ) {}

  /** What comes after the process died before this is sent again: receivers know it by its id. */
  async record(claimed: ClaimedDelivery, outcome: CallOutcome): Promise<void> {
    await this.database.transaction(async (tx) => {
      const endpoint = await this.lock(tx, claimed);
      if (endpoint === null) return;
      await this.recordAttempt(tx, claimed, outcome);
      if (outcome.failure === null) await this.recordDelivered(tx, claimed, outcome);
      else await this.recordFailed(tx, claimed, outcome);
      await this.giveTurn(tx, claimed);
      // What was under way when somebody paused or disabled it says nothing of how it stands now.
      if (endpoint.state !== 'active') return;
      const change = afterOutcome(
        {
          failures: endpoint.failures,
          failingSince: endpoint.failing_since,
          isTold: endpoint.is_told,
          isProbing: endpoint.is_probing,
        },
        outcome,
        {
          now: endpoint.now,
          random: Math.random(),
          disableAfterMs: this.config.env.ENDPOINT_DISABLE_AFTER_HOURS * HOUR_MS,
        },
      );
      await this.change(tx, claimed, outcome, change);
      if (change.isBack) await this.beginAnew(tx, claimed);
      await this.outbox.record(tx, newsOf(claimed, outcome, change));
    });
  }

  /** The attempt was broken off by this process: it is made again, and does not count. */
  async handBack(claimed: ClaimedDelivery): Promise<void> {
    await this.database.transaction(async (tx) => {
      if ((await this.lock(tx, claimed)) === null) return;
      await tx.query(
        `UPDATE notification_deliveries SET claimed_until = NULL, due_at = now(), tries = tries - 1
          WHERE account_id = $1 AND id = $2 AND state = 'pending' AND attempts = $3`,
        [claimed.accountId, claimed.id, claimed.attempt],
      );
      await this.giveTurn(tx, claimed);
      await tx.query(
        `UPDATE notification_endpoints
            SET due_at = now(), probe_at = CASE WHEN probe_at IS NOT NULL THEN now() END
          WHERE account_id = $1 AND id = $2 AND state <> 'removed'`,
        [claimed.accountId, claimed.endpointId],
      );
    });
  }

  /** @returns null for one that is no more */
  private async lock(
    tx: EntityManager,
    { accountId, endpointId }: ClaimedDelivery,
  ): Promise<EndpointRow | null> {
    const [row]: EndpointRow[] = await tx.query(
      `SELECT state, failures, failing_since, failing_told_at IS NOT NULL AS is_told, probe_at IS NOT NULL AS is_probing,
              clock_timestamp() AS now
         FROM notification_endpoints WHERE account_id = $1 AND id = $2 AND state <> 'removed' FOR NO KEY UPDATE`,
      [accountId, endpointId],
    );
    return row ?? null;
  }

  private async recordAttempt(
    tx: EntityManager,
    claimed: ClaimedDelivery,
    outcome: CallOutcome,
  ): Promise<void> {
    await tx.query(
      `INSERT INTO notification_attempts (account_id, delivery_id, number, at, duration_ms, status, failure, error, response)
       SELECT account_id, id, $3, $4, $5, $6, $7, $8, $9 FROM notification_deliveries WHERE account_id = $1 AND id = $2
       ON CONFLICT DO NOTHING`,
      [
        claimed.accountId,
        claimed.id,
        claimed.attempt,
        outcome.at,
        outcome.durationMs,
        outcome.status,
        outcome.failure,
        outcome.error,
        outcome.response,
      ],
    );
  }

  /** Whoever else may have taken it since, it has arrived. */
  private async recordDelivered(
    tx: EntityManager,
    { accountId, id }: ClaimedDelivery,
    { status }: CallOutcome,
  ): Promise<void> {
    await tx.query(
      `UPDATE notification_deliveries
          SET state = 'delivered', finished_at = now(), due_at = NULL, claimed_until = NULL, hold_until = NULL,
              last_status = $3, last_error = NULL
        WHERE account_id = $1 AND id = $2 AND state IN ('pending', 'held')`,
      [accountId, id, status],
    );
  }

  private async recordFailed(
    tx: EntityManager,
    claimed: ClaimedDelivery,
    outcome: CallOutcome,
  ): Promise<void> {
    const delayMs = retryDelayMs(claimed.tries, outcome.retryAfterMs, Math.random());
    // A conversation waits once: what fails while an earlier one of it has been overtaken already holds up nobody.
    await tx.query(
      `UPDATE notification_deliveries d
          SET state = CASE WHEN $4::float8 IS NULL THEN 'dead' ELSE 'pending' END,
              finished_at = CASE WHEN $4::float8 IS NULL THEN now() END,
              due_at = now() + $4::float8 * interval '1 ms',
              claimed_until = NULL, last_status = $5, last_error = $6,
              hold_until = CASE WHEN $4::float8 IS NOT NULL AND d.partition_id IS NOT NULL THEN coalesce(d.hold_until,
                (SELECT min(o.hold_until) FROM notification_deliveries o
                  WHERE o.account_id = d.account_id AND o.endpoint_id = d.endpoint_id AND o.partition_id = d.partition_id
                    AND o.state = 'pending' AND o.due_at IS NOT NULL AND o.id <> d.id),
                now() + $7 * interval '1 second') END
        WHERE d.account_id = $1 AND d.id = $2 AND d.state = 'pending' AND d.attempts = $3`,
      [
        claimed.accountId,
        claimed.id,
        claimed.attempt,
        delayMs,
        outcome.status,
        outcome.error,
        this.config.env.ENDPOINT_ORDER_SECONDS,
      ],
    );
  }

  private async giveTurn(
    tx: EntityManager,
    { accountId, endpointId, partitionId }: ClaimedDelivery,
  ): Promise<void> {
    if (partitionId !== null) await giveTurns(tx, [{ accountId, endpointId, partitionId }]);
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
