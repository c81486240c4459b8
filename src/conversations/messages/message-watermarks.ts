import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type AccountId, type AssetId, firstIdAt } from '../../database/ids';
import type { ArrivedStatus, PersonIdentity } from '../conversation-types';
import { type ExternalKey, keyColumns } from './external-key';
import { MessageStore } from './message-store.service';
import { SendSettlement } from '../sends/send-settlement.service';

/** Everything that was sent to a person up to an instant has been delivered, or read. */
export interface Watermark {
  accountId: AccountId;
  assetId: AssetId;
  person: PersonIdentity;
  status: 'delivered' | 'read';
  /** Inclusive. */
  watermark: Date;
  /** When that happened. */
  at: Date;
}

interface WatermarkRow {
  account_id: AccountId;
  asset_id: AssetId;
  person_kind: string;
  person: string;
  status: 'delivered' | 'read';
  watermark: Date;
  at: Date;
}

interface DueRow extends WatermarkRow {
  after: Date;
}

interface CoveredRow {
  account_id: AccountId;
  asset_id: AssetId;
  external_id: string;
  status: 'delivered' | 'read';
  at: Date;
}

/** As long as a message may come after the watermark that covers it. */
const KEEP_ALL_DAYS = 35;
/** Between the order to send a message and its sending. */
const LONGEST_WAIT_DAYS = 7;
const DAY_MS = 24 * 60 * 60_000;

/**
 * When a message left: by Meta's clock where its echo told it, else not before our call began, which for one that had to
 * wait is long after it was ordered.
 */
const SENT_AT = `coalesce(
  (SELECT s.at FROM message_statuses s
    WHERE s.account_id = m.account_id AND s.message_id = m.id AND s.status = 'sent' AND s.participant = ''),
  greatest(m."timestamp", (SELECT o.started_at FROM message_sends o
                            WHERE o.account_id = m.account_id AND o.message_id = m.id)))`;

const SAME_PERSON = `w.account_id = told.account_id AND w.asset_id = told.asset_id AND w.person_kind = told.person_kind
  AND w.person = told.person AND w.status = told.status`;

/**
 * Messenger tells of deliveries and reads by an instant, not by message. A watermark is kept, for messages that become known
 * after it, and applied to those that are known. Of several that cover a message the earliest occurrence gives the time, in
 * whatever order they and the message come.
 */
@Injectable()
export class MessageWatermarks implements OnModuleInit {
  constructor(
    private readonly store: MessageStore,
    private readonly settlement: SendSettlement,
  ) {}

  /** A person may have read a message before Meta's answer to its send is written down. */
  onModuleInit(): void {
    this.settlement.onAccepted(['messenger', 'instagram'], (tx, keys) => this.applyTo(tx, keys));
  }

  async record(tx: EntityManager, watermarks: readonly Watermark[]): Promise<void> {
    const rows = distinct(watermarks);
    if (rows.length === 0) return;
    const news: WatermarkRow[] = await tx.query(
      `INSERT INTO message_watermarks AS w (account_id, asset_id, person_kind, person, status, watermark, at)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[])
       ON CONFLICT ON CONSTRAINT message_watermarks_pkey
         DO UPDATE SET at = excluded.at, is_checked = false, created_at = now() WHERE excluded.at < w.at
       RETURNING account_id, asset_id, person_kind, person, status, watermark, at`,
      columnsOf(rows.map(rowOf)),
    );
    await this.applyRows(tx, news);
    await this.forgetOld(tx, news);
  }

  /** Applies what was told before these messages were known. Call it once they and their keys are written. */
  async applyTo(tx: EntityManager, keys: readonly ExternalKey[]): Promise<void> {
    if (keys.length === 0) return;
    const rows: CoveredRow[] = await tx.query(
      `SELECT k.account_id, k.asset_id, k.external_id, w.status, min(w.at) AS at
         FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS told (account_id, asset_id, external_id)
         JOIN message_keys k USING (account_id, asset_id, external_id)
         JOIN messages m ON m.account_id = k.account_id AND m.id = k.message_id
          AND m.direction = 'outbound' AND m.status <> 'failed'
         JOIN contact_identities i ON i.account_id = m.account_id AND i.contact_id = m.contact_id
         JOIN message_watermarks w ON w.account_id = m.account_id AND w.asset_id = m.asset_id
          AND w.person_kind = i.kind AND w.person = i.value AND w.watermark >= ${SENT_AT}
        GROUP BY k.account_id, k.asset_id, k.external_id, w.status`,
      keyColumns(keys),
    );
    await this.store.applyStatuses(tx, rows.map(statusOf));
  }

  /**
   * Applies once more what was told while a message was being stored, by transactions that did not see each other.
   * @param toldBefore must lie further back than two transactions can overlap
   * @returns how many watermarks were looked at
   */
  async applyOverlooked(tx: EntityManager, toldBefore: Date, limit: number): Promise<number> {
    const [rows]: [WatermarkRow[], number] = await tx.query(
      `UPDATE message_watermarks w SET is_checked = true
         FROM (SELECT account_id, asset_id, person_kind, person, status, watermark FROM message_watermarks
                WHERE NOT is_checked AND created_at < $1 ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED) AS told
        WHERE ${SAME_PERSON} AND w.watermark = told.watermark
        RETURNING w.account_id, w.asset_id, w.person_kind, w.person, w.status, w.watermark, w.at`,
      [toldBefore, limit],
    );
    await this.applyRows(tx, rows);
    return rows.length;
  }

  private async applyRows(tx: EntityManager, rows: readonly WatermarkRow[]): Promise<void> {
    const due = await this.findDue(tx, rows);
    if (due.length === 0) return;
    const covered: CoveredRow[] = await tx.query(
      // No message has an id from before it was written, which leaves out the months before; ours may have waited days until
      // it was sent, and our clock may be ahead of Meta's by minutes.
      `WITH due AS (
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[],
                              $8::timestamptz[], $9::uuid[])
                         AS due (account_id, asset_id, person_kind, person, status, watermark, at, after, first_id))
       SELECT due.account_id, due.asset_id, m.external_id, due.status, due.at
         FROM due
         JOIN contact_identities i ON i.account_id = due.account_id AND i.kind = due.person_kind AND i.value = due.person
         JOIN conversations c ON c.account_id = i.account_id AND c.contact_id = i.contact_id AND c.asset_id = due.asset_id
         JOIN messages m ON m.account_id = c.account_id AND m.conversation_id = c.id AND m.id >= due.first_id
          AND m."timestamp" > due.after - ${LONGEST_WAIT_DAYS} * interval '1 day'
          AND m."timestamp" <= due.watermark + interval '10 minutes'
        WHERE m.direction = 'outbound' AND m.external_id IS NOT NULL AND m.status <> 'failed'
          AND ${SENT_AT} <= due.watermark AND ${SENT_AT} > due.after`,
      [
        ...columnsOf(due),
        due.map(({ after }) => after),
        due.map(({ after }) =>
          firstIdAt(new Date(Math.max(0, after.getTime() - LONGEST_WAIT_DAYS * DAY_MS))),
        ),
      ],
    );
    await this.store.applyStatuses(tx, covered.map(statusOf));
  }

  /**
   * Those that may add something, with the instant up to which an earlier one has said as much already: so that of a long
   * conversation only the latest messages are looked at. Of two that occurred at once the one that reaches further speaks for
   * both: it must not rely on the other, which is left out for its sake.
   */
  private async findDue(tx: EntityManager, rows: readonly WatermarkRow[]): Promise<DueRow[]> {
    if (rows.length === 0) return [];
    return tx.query(
      `SELECT told.*, coalesce((SELECT max(w.watermark) FROM message_watermarks w
                                 WHERE ${SAME_PERSON} AND w.watermark < told.watermark AND w.at < told.at),
                               to_timestamp(0)) AS after
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[])
                AS told (account_id, asset_id, person_kind, person, status, watermark, at)
        WHERE NOT EXISTS (SELECT FROM message_watermarks w
                           WHERE ${SAME_PERSON} AND w.watermark > told.watermark AND w.at <= told.at)`,
      columnsOf(rows),
    );
  }

  /** Of each person the latest is enough once no message from before it is still on its way. */
  private async forgetOld(tx: EntityManager, rows: readonly WatermarkRow[]): Promise<void> {
    if (rows.length === 0) return;
    await tx.query(
      `DELETE FROM message_watermarks w
        USING unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
                AS told (account_id, asset_id, person_kind, person, status, watermark)
        WHERE ${SAME_PERSON} AND w.watermark < told.watermark AND w.created_at < now() - $7 * interval '1 day'`,
      [...columnsOf(rows).slice(0, 6), KEEP_ALL_DAYS],
    );
  }
}

/** Sorted, so that concurrent transactions write them in the same order; of two for one instant the earlier occurrence. */
function distinct(watermarks: readonly Watermark[]): Watermark[] {
  const byKey = new Map<string, Watermark>();
  for (const mark of watermarks) {
    const { accountId, assetId, person, status, watermark, at } = mark;
    const key = `${accountId} ${assetId} ${person.kind} ${person.value} ${status} ${watermark.toISOString()}`;
    const other = byKey.get(key);
    if (other === undefined || at < other.at) byKey.set(key, mark);
  }
  return [...byKey.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, mark]) => mark);
}

function rowOf({ accountId, assetId, person, status, watermark, at }: Watermark): WatermarkRow {
  return {
    account_id: accountId,
    asset_id: assetId,
    person_kind: person.kind,
    person: person.value,
    status,
    watermark,
    at,
  };
}

function columnsOf(rows: readonly WatermarkRow[]): unknown[][] {
  return [
    rows.map((row) => row.account_id),
    rows.map((row) => row.asset_id),
    rows.map((row) => row.person_kind),
    rows.map((row) => row.person),
    rows.map((row) => row.status),
    rows.map((row) => row.watermark),
    rows.map((row) => row.at),
  ];
}

function statusOf(row: CoveredRow): ArrivedStatus {
  return {
    accountId: row.account_id,
    assetId: row.asset_id,
    externalId: row.external_id,
    status: row.status,
    participant: '',
    at: row.at,
    error: null,
    details: {},
    messageId: null,
    identities: [],
  };
}
