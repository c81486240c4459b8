import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { AppConfig } from '../../config/app-config';
import type { AccountId } from '../../database/ids';
import type { StoredSecrets } from './endpoint-signer';

/** A delivery that this process has taken, until its lease is over. */
export interface ClaimedDelivery {
  accountId: AccountId;
  endpointId: string;
  id: string;
  url: string;
  secrets: StoredSecrets;
  body: string;
  partitionId: string | null;
  /** This one included; names the claim, as nobody else's has the same number. */
  attempt: number;
  /** The same, since it was last put in line. */
  tries: number;
}

interface EndpointRow extends StoredSecrets {
  account_id: AccountId;
  url: string;
  rate_per_second: number | null;
  is_probing: boolean;
  /** Set while nothing may be sent yet, by a rate or until the next probe. */
  waits_until: Date | null;
}

interface DeliveryRow {
  id: string;
  body: string;
  partition_id: string | null;
  attempts: number;
  tries: number;
}

/** Beside the attempt itself: reading the answer, and writing down what came of it. */
const LEASE_MARGIN_MS = 30_000;
const ENDPOINTS_PASSED = 50;
/** Of an endpoint with a rate: as many as it takes in this part of a second. */
const RATE_PARTS = 10;

/** `UPDATE … RETURNING` answers `[rows, count]` through TypeORM's PostgreSQL driver. */
type Updated<Row> = [rows: Row[], count: number];

/**
 * Who sends what next. Endpoints take turns: whoever was served goes to the end of the line, and of each only so many
 * deliveries are under way at once. The lock of the endpoint's row is held for a few short statements.
 */
@Injectable()
export class DeliveryClaims {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly config: AppConfig,
  ) {}

  /**
   * @param isSlow of which endpoints: those that answer slowly have places of their own, and hold up nobody else
   * @param most how many at most, of one endpoint
   * @returns none where nothing is due
   */
  async claim(isSlow: boolean, most: number): Promise<ClaimedDelivery[]> {
    for (let passed = 0; passed < ENDPOINTS_PASSED; passed += 1) {
      const found = await this.database.transaction((tx) => this.claimOfNext(tx, isSlow, most));
      if (found === null) return [];
      if (found.length > 0) return found;
    }
    return [];
  }

  /** @returns none where the first endpoint in line has nothing to send at present; null where there is none in line */
  private async claimOfNext(
    tx: EntityManager,
    isSlow: boolean,
    most: number,
  ): Promise<ClaimedDelivery[] | null> {
    const [endpoint]: EndpointRow[] = await tx.query(
      `SELECT account_id, id, url, secret, previous_secret, previous_secret_until, headers, rate_per_second,
              probe_at IS NOT NULL AS is_probing,
              CASE WHEN greatest(not_before, probe_at) > now() THEN greatest(not_before, probe_at) END AS waits_until
         FROM notification_endpoints
        WHERE state = 'active' AND due_at <= now() AND is_slow = $1
        ORDER BY due_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED`,
      [isSlow],
    );
    if (endpoint === undefined) return null;
    if (endpoint.waits_until !== null) {
      await this.putBack(tx, endpoint, '$3::timestamptz', endpoint.waits_until);
      return [];
    }
    const places = endpoint.is_probing ? 1 : this.config.env.ENDPOINT_CONCURRENCY;
    const [busy]: { count: number; until: Date | null }[] = await tx.query(
      `SELECT count(*)::int AS count, min(claimed_until) AS until FROM notification_deliveries
        WHERE account_id = $1 AND endpoint_id = $2 AND claimed_until > clock_timestamp()`,
      [endpoint.account_id, endpoint.id],
    );
    const free = places - (busy?.count ?? 0);
    if (free <= 0) {
      // Whoever settles one of them puts the endpoint back in line.
      await this.putBack(tx, endpoint, '$3::timestamptz', busy?.until);
      return [];
    }
    const rate = endpoint.rate_per_second;
    const wanted = Math.min(most, free, rate === null ? free : Math.max(1, Math.floor(rate / RATE_PARTS)));
    const deliveries = await this.take(tx, endpoint, wanted);
    if (deliveries.length === 0) {
      await this.putBack(
        tx,
        endpoint,
        `(SELECT min(due_at) FROM notification_deliveries
           WHERE account_id = $1 AND endpoint_id = $2 AND state = 'pending' AND due_at IS NOT NULL)`,
      );
      return [];
    }
    await tx.query(
      `UPDATE notification_endpoints
          SET due_at = clock_timestamp(),
              not_before = CASE WHEN $3::int IS NOT NULL THEN clock_timestamp() + interval '1 second' * $4::int / $3::int END,
              probe_at = CASE WHEN probe_at IS NOT NULL THEN clock_timestamp() + $5 * interval '1 ms' END
        WHERE account_id = $1 AND id = $2`,
      [endpoint.account_id, endpoint.id, rate, deliveries.length, this.leaseMs],
    );
    return deliveries.map((delivery) => ({
      accountId: endpoint.account_id,
      endpointId: endpoint.id,
      id: delivery.id,
      url: endpoint.url,
      secrets: endpoint,
      body: delivery.body,
      partitionId: delivery.partition_id,
      attempt: delivery.attempts,
      tries: delivery.tries,
    }));
  }

  private async take(tx: EntityManager, endpoint: EndpointRow, wanted: number): Promise<DeliveryRow[]> {
    const [rows]: Updated<DeliveryRow> = await tx.query(
      `UPDATE notification_deliveries d
          SET claimed_until = clock_timestamp() + $3 * interval '1 ms', due_at = clock_timestamp() + $3 * interval '1 ms',
              attempts = attempts + 1, tries = tries + 1
        WHERE d.account_id = $1 AND d.id = ANY(ARRAY(
          SELECT id FROM notification_deliveries
           WHERE account_id = $1 AND endpoint_id = $2 AND state = 'pending' AND due_at <= clock_timestamp()
           ORDER BY due_at, id LIMIT $4))
        RETURNING id, body, partition_id, attempts, tries`,
      [endpoint.account_id, endpoint.id, this.leaseMs, wanted],
    );
    return rows;
  }

  private get leaseMs(): number {
    return this.config.env.ENDPOINT_TIMEOUT_MS + LEASE_MARGIN_MS;
  }

  /** @param when SQL, with the endpoint in $1 and $2 and `until` in $3 */
  private async putBack(
    tx: EntityManager,
    { account_id: accountId, id }: EndpointRow,
    when: string,
    until?: Date | null,
  ): Promise<void> {
    await tx.query(`UPDATE notification_endpoints SET due_at = ${when} WHERE account_id = $1 AND id = $2`, [
      accountId,
      id,
      ...(until === undefined ? [] : [until]),
    ]);
  }
}
