import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AccountId } from '../../database/ids';
import type { StoredSecrets } from './endpoint-signer';
import type { EndpointRow } from './endpoint-rows';

export interface EndpointDraft {
  accountId: AccountId;
  id: string;
  url: string;
  description: string | null;
  eventTypes: readonly string[];
  platforms: readonly string[];
  channelIds: readonly string[];
  ratePerSecond: number | null;
  /** Encrypted. */
  secret: string;
  headers: string | null;
  headerNames: readonly string[];
}

export type EndpointChange = Partial<Omit<EndpointDraft, 'accountId' | 'id' | 'secret'>>;

const SHOWN = `account_id, id, url, description, event_types, platforms, asset_ids, header_names, payload_version,
  rate_per_second, state, state_reason, state_changed_at, previous_secret_until, failures, failing_since,
  failing_told_at IS NOT NULL AS is_told, probe_at, last_success_at, last_failure_at, last_error, created_at, updated_at`;

/** `UPDATE … RETURNING` answers `[rows, count]` through TypeORM's PostgreSQL driver. */
type Updated<Row> = [rows: Row[], count: number];

@Injectable()
export class EndpointsRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  transaction<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  /** The newest first. @param place an id: older than it, or newer than it */
  async page(
    accountIds: readonly AccountId[],
    { limit, before, after }: { limit: number; before: string | undefined; after: string | undefined },
  ): Promise<EndpointRow[]> {
    const isForward = before === undefined && after !== undefined;
    const rows: EndpointRow[] = await this.database.query(
      `SELECT ${SHOWN} FROM notification_endpoints
        WHERE account_id = ANY($1) AND state <> 'removed'
          AND ($2::uuid IS NULL OR id < $2) AND ($3::uuid IS NULL OR id > $3)
        ORDER BY id ${isForward ? 'ASC' : 'DESC'} LIMIT $4`,
      [accountIds, before ?? null, before === undefined ? (after ?? null) : null, limit],
    );
    return isForward ? rows.reverse() : rows;
  }

  async find(accountIds: readonly AccountId[], id: string): Promise<EndpointRow | null> {
    const [row]: EndpointRow[] = await this.database.query(
      `SELECT ${SHOWN} FROM notification_endpoints WHERE account_id = ANY($1) AND id = $2 AND state <> 'removed'`,
      [accountIds, id],
    );
    return row ?? null;
  }

  /** Until the transaction ends nobody else changes it or its deliveries. */
  async lock(tx: EntityManager, accountId: AccountId, id: string): Promise<EndpointRow | null> {
    const [row]: EndpointRow[] = await tx.query(
      `SELECT ${SHOWN} FROM notification_endpoints
        WHERE account_id = $1 AND id = $2 AND state <> 'removed' FOR NO KEY UPDATE`,
      [accountId, id],
    );
    return row ?? null;
  }

  async secretsOf(
    accountId: AccountId,
    id: string,
    reader: EntityManager | DataSource = this.database,
  ): Promise<StoredSecrets | null> {
    const [row]: StoredSecrets[] = await reader.query(
      `SELECT id, secret, previous_secret, previous_secret_until, headers FROM notification_endpoints
        WHERE account_id = $1 AND id = $2 AND state <> 'removed'`,
      [accountId, id],
    );
    return row ?? null;
  }

  /** @returns false when there are `most` already, or the account is gone */
  async insert(tx: EntityManager, draft: EndpointDraft, most: number): Promise<boolean> {
    // Locked, so that two at once cannot both be the last one; and an account that ends meanwhile gets none.
    const account: unknown[] = await tx.query(
      'SELECT 1 FROM meta_accounts WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE',
      [draft.accountId],
    );
    if (account.length === 0) return false;
    const inserted: unknown[] = await tx.query(
      `INSERT INTO notification_endpoints (account_id, id, url, description, event_types, platforms, asset_ids,
         rate_per_second, secret, headers, header_names)
       SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11
        WHERE (SELECT count(*) FROM notification_endpoints WHERE account_id = $1 AND state <> 'removed') < $12
       RETURNING 1`,
      [
        draft.accountId,
        draft.id,
        draft.url,
        draft.description,
        draft.eventTypes,
        draft.platforms,
        draft.channelIds,
        draft.ratePerSecond,
        draft.secret,
        draft.headers,
        draft.headerNames,
        most,
      ],
    );
    return inserted.length > 0;
  }

  async update(tx: EntityManager, accountId: AccountId, id: string, change: EndpointChange): Promise<void> {
    const columns: [string, unknown][] = [
      ['url', change.url],
      ['description', change.description],
      ['event_types', change.eventTypes],
      ['platforms', change.platforms],
      ['asset_ids', change.channelIds],
      ['rate_per_second', change.ratePerSecond],
      ['headers', change.headers],
      ['header_names', change.headerNames],
    ];
    const given = columns.filter(([, value]) => value !== undefined);
    const sets = given.map(([column], index) => `${column} = $${index + 3}`);
    await tx.query(
      `UPDATE notification_endpoints SET ${[...sets, 'updated_at = now()'].join(', ')} WHERE account_id = $1 AND id = $2`,
      [accountId, id, ...given.map(([, value]) => value)],
    );
  }

  /** A person switched it on or off: what was known of its health is of the time before. */
  async setState(
    tx: EntityManager,
    accountId: AccountId,
    id: string,
    state: 'active' | 'paused',
  ): Promise<void> {
    await tx.query(
      `UPDATE notification_endpoints
          SET state = $3, state_reason = NULL, state_changed_at = now(), updated_at = now(), failures = 0,
              failing_since = NULL, failing_told_at = NULL, probe_at = NULL, not_before = NULL, is_slow = false,
              due_at = now()
        WHERE account_id = $1 AND id = $2`,
      [accountId, id, state],
    );
  }

  /** What was sent before stays signed with the old one; from here on both sign until then. @returns until when */
  async rotate(
    tx: EntityManager,
    accountId: AccountId,
    id: string,
    { secret, previous, overlapSeconds }: { secret: string; previous: string | null; overlapSeconds: number },
  ): Promise<Date | null> {
    const [[row]]: Updated<{ until: Date | null }> = await tx.query(
      `UPDATE notification_endpoints
          SET secret = $3, previous_secret = $4, updated_at = now(),
              previous_secret_until = CASE WHEN $4::text IS NOT NULL THEN now() + $5 * interval '1 second' END
        WHERE account_id = $1 AND id = $2 RETURNING previous_secret_until AS until`,
      [accountId, id, secret, previous, overlapSeconds],
    );
    return row?.until ?? null;
  }

  /** Gone for everybody at once, with its secrets; its deliveries are removed bit by bit. */
  async remove(tx: EntityManager, accountId: AccountId, id: string): Promise<void> {
    await tx.query(
      `UPDATE notification_endpoints
          SET state = 'removed', secret = NULL, previous_secret = NULL, headers = NULL, due_at = NULL, updated_at = now()
        WHERE account_id = $1 AND id = $2`,
      [accountId, id],
    );
  }

  /** Of these ids, those of channels that the account has now. */
  async channelsOf(accountId: AccountId, ids: readonly string[]): Promise<string[]> {
    const rows: { id: string }[] = await this.database.query(
      `SELECT id FROM assets WHERE account_id = $1 AND id = ANY($2::uuid[]) AND kind <> 'waba'`,
      [accountId, ids],
    );
    return rows.map(({ id }) => id);
  }
}
