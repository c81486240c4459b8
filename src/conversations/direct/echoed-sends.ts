import type { EntityManager } from 'typeorm';
import type { MessageId } from '../../database/ids';
import type { ArrivedMessage } from '../conversation-types';

interface Row {
  place: number;
  message_id: MessageId;
}

/**
 * Which sends of ours these echoes are of, where Meta leaves out what we sent along: Instagram does not promise to bring it
 * back (doubtful). One person gets one message of ours at a time, so the one under way, or of unknown outcome, with the
 * same words is it; where several could be, none is.
 * @param echoes of our own app
 * @returns by their place in `echoes`
 */
export async function findEchoedSends(
  tx: EntityManager,
  echoes: readonly ArrivedMessage[],
): Promise<Map<number, MessageId>> {
  if (echoes.length === 0) return new Map();
  const rows: Row[] = await tx.query(
    `WITH told AS MATERIALIZED (
       SELECT * FROM unnest($1::int[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[])
                AS told (place, account_id, asset_id, recipient, text, at)),
     open AS (
       SELECT told.*, s.message_id, s.started_at FROM told JOIN message_sends s
           ON s.account_id = told.account_id AND s.asset_id = told.asset_id AND s.recipient = told.recipient
          AND s.state IN ('queued', 'sending') AND s.started_at IS NOT NULL
       UNION ALL
       SELECT told.*, s.message_id, s.started_at FROM told JOIN message_sends s
           ON s.account_id = told.account_id AND s.asset_id = told.asset_id AND s.recipient = told.recipient
          AND s.state = 'unknown')
     SELECT open.place, min(open.message_id::text)::uuid AS message_id
       FROM open JOIN messages m ON m.account_id = open.account_id AND m.id = open.message_id
      WHERE m.external_id IS NULL AND m.message_text IS NOT DISTINCT FROM open.text
        AND open.started_at BETWEEN open.at - interval '5 minutes' AND open.at + interval '1 minute'
      GROUP BY open.place HAVING count(*) = 1`,
    [
      echoes.map((_, place) => place),
      echoes.map(({ accountId }) => accountId),
      echoes.map(({ assetId }) => assetId),
      echoes.map(({ person }) => person?.identities[0]?.value ?? ''),
      echoes.map(({ text }) => text),
      echoes.map(({ at }) => at),
    ],
  );
  return new Map(rows.map((row) => [row.place, row.message_id]));
}
