import type { EntityManager } from 'typeorm';
import type { SendResult } from '../conversation-types';

type Unsuccessful = Exclude<SendResult, { state: 'accepted' }>;

/** Of one message: whoever is held back by a limit for a day would have thousands, each like the one before. */
const MOST_OF_A_MESSAGE = 50;

/**
 * Writes down attempts that did not get a message out; those that did stand in the ledger itself. Before the ledger is
 * changed, which still says when they began. Safe to repeat: then nothing is under way any more.
 */
export async function recordAttempts(tx: EntityManager, results: readonly Unsuccessful[]): Promise<void> {
  if (results.length === 0) return;
  await tx.query(
    `INSERT INTO message_send_attempts
            (account_id, message_id, number, started_at, outcome, next_at, error, fbtrace_id)
     SELECT s.account_id, s.message_id, coalesce(before.number, 0) + 1, s.started_at, told.outcome, told.next_at, told.error,
            told.fbtrace_id
       FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::jsonb[], $6::text[])
              AS told (account_id, message_id, outcome, next_at, error, fbtrace_id)
       JOIN message_sends s ON s.account_id = told.account_id AND s.message_id = told.message_id
        AND s.state = 'sending' AND s.started_at IS NOT NULL
       LEFT JOIN LATERAL (
         SELECT a.number FROM message_send_attempts a
          WHERE a.account_id = s.account_id AND a.message_id = s.message_id
          ORDER BY a.number DESC LIMIT 1) AS before ON true
      WHERE coalesce(before.number, 0) < ${MOST_OF_A_MESSAGE}
     ON CONFLICT DO NOTHING`,
    [
      results.map(({ send }) => send.accountId),
      results.map(({ send }) => send.messageId),
      results.map(({ state }) => state),
      results.map((result) => ('availableAt' in result ? result.availableAt : null)),
      results.map((result) => ('error' in result ? JSON.stringify(result.error) : null)),
      results.map((result) => ('fbtraceId' in result ? (result.fbtraceId ?? null) : null)),
    ],
  );
}
