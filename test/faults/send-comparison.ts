import type { SentMessage } from '../../sandbox/messages/message-log';
import { compareConversations } from './comparison';
import { groupBy } from './group-by';
import { compareEvents } from './outbox-comparison';
import { Problems } from './problems';
import { query, readMessages } from './tables';

interface SendRow {
  message_id: string;
  state: string;
  status: string;
  external_id: string | null;
  statuses: string[];
}

/** As far as these tests go; `failed` is final where Meta refused the call. */
const CLIMB = ['accepted', 'sent', 'delivered', 'read'];

/**
 * Compares what was ordered (answered with 202) with what Meta got and with what is stored.
 * @param ordered our ids
 * @param received everything that Meta accepted from us
 * @returns what is not as it has to be, in sentences; nothing when all is well
 */
export async function compareSends(
  url: string,
  ordered: readonly string[],
  received: readonly SentMessage[],
): Promise<string[]> {
  const problems = new Problems();
  const atMeta = groupBy(received, (message) => message.bizOpaqueCallbackData ?? '');
  const rows = await readSends(url);
  for (const id of ordered) {
    const row = rows.get(id);
    const sent = atMeta.get(id) ?? [];
    rows.delete(id);
    atMeta.delete(id);
    if (sent.length > 1)
      problems.add(
        'DOUBLED: messages that Meta got several times',
        `${id}: ${sent.map((each) => each.id).join(', ')}`,
      );
    if (row === undefined) problems.add('LOST: orders that were answered with 202 and are not there', id);
    else compareOutcome(row, sent[0], problems);
  }
  for (const id of rows.keys()) problems.add('orders that nobody was told of', id);
  for (const id of atMeta.keys()) problems.add('messages at Meta that nobody ordered', id);
  const messages = await readMessages(url);
  await compareConversations(url, messages, problems);
  await compareEvents(url, messages, problems);
  return problems.list();
}

/** What Meta has must be known to be there, with everything that was told of it; what it has not must not be. */
function compareOutcome(row: SendRow, sent: SentMessage | undefined, problems: Problems): void {
  const what = `${row.message_id}: state ${row.state}, status ${row.status} (${row.statuses.join(', ')})`;
  if (sent === undefined) {
    const isSettled = ['failed', 'unknown'].includes(row.state) && row.status === row.state;
    if (!isSettled || row.external_id !== null)
      problems.add('messages that Meta has not, yet are not accounted for', what);
    return;
  }
  const told = CLIMB.filter((status) => sent.statuses.includes(status));
  const highest = told.at(-1) ?? 'accepted';
  if (row.state !== 'accepted' || row.external_id !== sent.id || row.status !== highest)
    problems.add(
      'messages that Meta has and we do not know so',
      `${what}; Meta told ${highest} of ${sent.id}`,
    );
  const missing = told.filter((status) => !row.statuses.includes(status));
  if (missing.length > 0)
    problems.add('LOST: statuses of sent messages', `${what}; missing: ${missing.join(', ')}`);
}

async function readSends(url: string): Promise<Map<string, SendRow>> {
  const rows = await query<SendRow>(
    url,
    `SELECT s.message_id, s.state, m.status, m.external_id,
            ARRAY(SELECT t.status FROM message_statuses t
                   WHERE t.account_id = m.account_id AND t.message_id = m.id ORDER BY t.at, t.status) AS statuses
       FROM message_sends s JOIN messages m ON m.account_id = s.account_id AND m.id = s.message_id`,
  );
  return new Map(rows.map((row) => [row.message_id, row]));
}
