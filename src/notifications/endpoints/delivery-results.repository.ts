import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { AppConfig } from '../../config/app-config';
import type { ClaimedDelivery } from './delivery-claims.repository';
import { giveTurns } from './delivery-turns';
import type { CallOutcome } from './endpoint-call';
import {
  type DeliveryResult,
  type EndpointBefore,
  EndpointHealthRecords,
} from './endpoint-health.repository';
import { retryDelayMs } from './retry-schedule';

interface Waiting {
  results: DeliveryResult[];
  recorded: Promise<void>;
}

/** Writes down what became of deliveries, and what that says of their endpoints. */
@Injectable()
export class DeliveryResults {
  /** By endpoint: what is being written down, and what is written down together after that. */
  private readonly writing = new Map<string, Promise<void>>();
  private readonly waiting = new Map<string, Waiting>();

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly config: AppConfig,
    private readonly health: EndpointHealthRecords,
  ) {}

  /**
   * What comes after the process died before this is sent again: receivers know it by its id. What comes for one endpoint
   * while something of it is being written is written together, as each takes the lock of the endpoint.
   */
  async record(claimed: ClaimedDelivery, outcome: CallOutcome): Promise<void> {
    const { endpointId } = claimed;
    const waiting = this.waiting.get(endpointId);
    if (waiting !== undefined) {
      waiting.results.push({ claimed, outcome });
      return waiting.recorded;
    }
    const results = [{ claimed, outcome }];
    const before = this.writing.get(endpointId) ?? Promise.resolve();
    const recorded = before
      .catch(() => undefined)
      .then(() => {
        this.waiting.delete(endpointId);
        const written = this.recordTogether(results);
        this.writing.set(endpointId, written);
        return written.finally(() => {
          if (this.writing.get(endpointId) === written) this.writing.delete(endpointId);
        });
      });
    this.waiting.set(endpointId, { results, recorded });
    return recorded;
  }

  /** @param results of one endpoint, in the order in which they came */
  private async recordTogether(results: readonly DeliveryResult[]): Promise<void> {
    const [first] = results;
    if (first === undefined) return;
    await this.database.transaction(async (tx) => {
      const endpoint = await this.lock(tx, first.claimed);
      if (endpoint === null) return;
      await this.recordAttempts(tx, results);
      await this.recordDelivered(
        tx,
        results.filter(({ outcome }) => outcome.failure === null),
      );
      for (const { claimed, outcome } of results)
        if (outcome.failure !== null) await this.recordFailed(tx, claimed, outcome);
      await this.giveTurn(
        tx,
        results.map(({ claimed }) => claimed),
      );
      // What was under way when somebody paused or disabled it says nothing of how it stands now.
      if (endpoint.state === 'active') await this.health.record(tx, endpoint, results);
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
      await this.giveTurn(tx, [claimed]);
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
  ): Promise<EndpointBefore | null> {
    const [row]: EndpointBefore[] = await tx.query(
      `SELECT state, failures, failing_since, failing_told_at IS NOT NULL AS is_told, probe_at IS NOT NULL AS is_probing,
              clock_timestamp() AS now
         FROM notification_endpoints WHERE account_id = $1 AND id = $2 AND state <> 'removed' FOR NO KEY UPDATE`,
      [accountId, endpointId],
    );
    return row ?? null;
  }

  private async recordAttempts(tx: EntityManager, results: readonly DeliveryResult[]): Promise<void> {
    await tx.query(
      `INSERT INTO notification_attempts (account_id, delivery_id, number, at, duration_ms, status, failure, error, response)
       SELECT d.account_id, d.id, r.number, r.at, r."durationMs", r.status, r.failure, r.error, r.response
         FROM jsonb_to_recordset($2::jsonb) AS r (id uuid, number integer, at timestamptz, "durationMs" integer,
                status integer, failure text, error text, response text)
         JOIN notification_deliveries d ON d.account_id = $1 AND d.id = r.id
       ON CONFLICT DO NOTHING`,
      [
        results[0]?.claimed.accountId,
        JSON.stringify(
          results.map(({ claimed, outcome }) => ({ ...outcome, id: claimed.id, number: claimed.attempt })),
        ),
      ],
    );
  }

  /** Whoever else may have taken them since, they have arrived. */
  private async recordDelivered(tx: EntityManager, results: readonly DeliveryResult[]): Promise<void> {
    if (results.length === 0) return;
    await tx.query(
      `UPDATE notification_deliveries d
          SET state = 'delivered', finished_at = now(), due_at = NULL, claimed_until = NULL, hold_until = NULL,
              last_status = r.status, last_error = NULL
         FROM unnest($2::uuid[], $3::int[]) AS r (id, status)
        WHERE d.account_id = $1 AND d.id = r.id AND d.state IN ('pending', 'held')`,
      [
        results[0]?.claimed.accountId,
        results.map(({ claimed }) => claimed.id),
        results.map(({ outcome }) => outcome.status),
      ],
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

  private async giveTurn(tx: EntityManager, deliveries: readonly ClaimedDelivery[]): Promise<void> {
    await giveTurns(
      tx,
      deliveries.flatMap(({ accountId, endpointId, partitionId }) =>
        partitionId === null ? [] : [{ accountId, endpointId, partitionId }],
      ),
    );
  }
}
