import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId, AssetId, MessageId } from '../../database/ids';
import { repeatLostRaces } from '../../database/lost-race';
import { type MessageError, type Platform, SEND_LANES, type StartedSend } from '../conversation-types';
import { RESTORED_AT } from './restored-sends';
import { SendSettlement } from './send-settlement.service';

/** What messages are sent from: a phone number, a Page, an Instagram account. */
export interface SenderKey {
  platform: Platform;
  accountId: AccountId;
  assetId: AssetId;
}

interface ClaimedRow {
  account_id: AccountId;
  message_id: MessageId;
  asset_id: AssetId;
  lane: number;
  recipient: string;
  request: Record<string, unknown>;
  attempts: number;
  limited: number;
  request_id: string | null;
  trace_parent: string | null;
}

type Updated<Row> = [rows: Row[], count: number];

const MOST_ABANDONED_AT_ONCE = 500;

/** Gives out orders to send, each to one process and before the call is made, and takes note of those that were dropped. */
@Injectable()
export class SendClaims {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly settlement: SendSettlement,
  ) {}

  /**
   * Takes messages of one sender that are due, the most urgent first. Of any number of processes that try, one gets each.
   * Of those to one person it gives one at a time, in the order they were placed within a lane and the lanes above:
   * what is sent side by side can arrive in any order.
   * @param limits how many at most; of them in the lane of campaigns
   */
  async claim(
    { platform, accountId, assetId }: SenderKey,
    limits: { all: number; campaign: number },
  ): Promise<StartedSend[]> {
    if (limits.all <= 0) return [];
    // Lane by lane, each along its index: the outer LIMIT ends the scan, so no more rows are locked than are taken.
    const [rows]: Updated<ClaimedRow> = await this.database.query(
      `WITH due AS MATERIALIZED (
         SELECT picked.* FROM unnest($4::smallint[], $5::int[]) AS lanes (lane, size)
          CROSS JOIN LATERAL (
           SELECT s.account_id, s.message_id FROM message_sends s
            WHERE s.platform = $1 AND s.account_id = $2 AND s.asset_id = $3 AND s.state = 'queued'
              AND s.lane = lanes.lane AND s.available_at <= now()
              AND NOT EXISTS (
                SELECT 1 FROM message_sends earlier
                 WHERE earlier.account_id = s.account_id AND earlier.asset_id = s.asset_id
                   AND earlier.recipient = s.recipient AND earlier.state IN ('queued', 'sending')
                   AND (earlier.ordered_for, earlier.message_id) < (s.ordered_for, s.message_id)
                   AND earlier.lane <= s.lane)
            ORDER BY s.available_at, s.message_id LIMIT lanes.size FOR UPDATE OF s SKIP LOCKED) AS picked
         LIMIT $6)
       UPDATE message_sends s SET state = 'sending', started_at = clock_timestamp(), attempts = s.attempts + 1
         FROM due WHERE s.account_id = due.account_id AND s.message_id = due.message_id AND s.state = 'queued'
       RETURNING s.account_id, s.message_id, s.asset_id, s.lane, s.recipient, s.request, s.attempts, s.limited,
                 s.request_id, s.trace_parent`,
      [
        platform,
        accountId,
        assetId,
        SEND_LANES.map((_, lane) => lane),
        SEND_LANES.map((lane) => (lane === 'campaign' ? Math.min(limits.all, limits.campaign) : limits.all)),
        limits.all,
      ],
    );
    return rows.map(toStartedSend).sort((a, b) => (a.messageId < b.messageId ? -1 : 1));
  }

  /**
   * The senders of a platform that have something to send, with the time from which: in the past for what is due.
   * However long the queues are, it reads a few rows for each sender.
   */
  async findWaiting(
    platform: Platform,
    until: Date,
  ): Promise<{ accountId: AccountId; assetId: AssetId; dueAt: Date }[]> {
    const rows: { account_id: AccountId; asset_id: AssetId; due_at: Date }[] = await this.database.query(
      `WITH RECURSIVE senders AS (
         (SELECT account_id, asset_id FROM message_sends
           WHERE platform = $1 AND state = 'queued' ORDER BY account_id, asset_id LIMIT 1)
         UNION ALL
         SELECT next.* FROM senders CROSS JOIN LATERAL (
           SELECT s.account_id, s.asset_id FROM message_sends s
            WHERE s.platform = $1 AND s.state = 'queued'
              AND (s.account_id, s.asset_id) > (senders.account_id, senders.asset_id)
            ORDER BY s.account_id, s.asset_id LIMIT 1) AS next),
       waiting AS (
         SELECT c.account_id, c.asset_id, min(first.available_at) AS due_at
           FROM senders c CROSS JOIN unnest($2::smallint[]) AS lanes (lane)
          CROSS JOIN LATERAL (
            SELECT s.available_at FROM message_sends s
             WHERE s.platform = $1 AND s.account_id = c.account_id AND s.asset_id = c.asset_id
               AND s.state = 'queued' AND s.lane = lanes.lane
             ORDER BY s.available_at LIMIT 1) AS first
          GROUP BY c.account_id, c.asset_id)
       SELECT * FROM waiting WHERE due_at <= $3 ORDER BY due_at`,
      [platform, SEND_LANES.map((_, lane) => lane), until],
    );
    return rows.map((row) => ({ accountId: row.account_id, assetId: row.asset_id, dueAt: row.due_at }));
  }

  /**
   * Settles as `unknown` what a process took and never finished, because it died.
   * @param startedBefore must lie further back than a call to Meta can take
   * @returns how many there were
   */
  async markAbandoned(startedBefore: Date): Promise<number> {
    const rows: (ClaimedRow & { is_restored: boolean })[] = await this.database.query(
      `SELECT account_id, message_id, asset_id, lane, recipient, request, attempts, limited, request_id, trace_parent,
              started_at = $3 AS is_restored FROM message_sends
        WHERE state = 'sending' AND started_at < $1 ORDER BY started_at LIMIT $2`,
      [startedBefore, MOST_ABANDONED_AT_ONCE, RESTORED_AT],
    );
    if (rows.length === 0) return 0;
    const errorOf = (isRestored: boolean): MessageError => ({
      code: 'OUTCOME_UNKNOWN',
      title: 'The outcome of this send is not known',
      message: isRestored
        ? 'The database was restored from a backup, after which it may have been sent.'
        : 'The process that sent it ended before the answer was stored.',
      details: null,
    });
    await repeatLostRaces(() =>
      this.database.transaction((tx) =>
        this.settlement.settle(
          tx,
          rows.map((row) => ({
            state: 'unknown',
            send: toStartedSend(row),
            error: errorOf(row.is_restored),
          })),
        ),
      ),
    );
    return rows.length;
  }
}

function toStartedSend(row: ClaimedRow): StartedSend {
  return {
    accountId: row.account_id,
    messageId: row.message_id,
    assetId: row.asset_id,
    lane: SEND_LANES[row.lane] ?? 'campaign',
    recipient: row.recipient,
    request: row.request,
    attempt: row.attempts,
    limited: row.limited,
    requestId: row.request_id,
    traceParent: row.trace_parent,
  };
}
