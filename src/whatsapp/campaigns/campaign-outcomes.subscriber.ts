import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId, CampaignId } from '../../database/ids';
import { type DeliveredEvent, OutboxSubscribers } from '../../domain-events/outbox-subscribers';
import { RECIPIENT_STATES, type RecipientState } from '../entities/campaign-recipient.entity';
import { RECIPIENT_ORDER, recipientStateOf } from './campaign-states';
import { countsAsFailure, isLimited, stopsEverything } from './campaign-verdict';

interface Outcome {
  accountId: AccountId;
  messageId: string;
  state: RecipientState;
  code: string | null;
  title: string | null;
}

interface MovedRow {
  account_id: AccountId;
  campaign_id: CampaignId;
  was: RecipientState;
  state: RecipientState;
  code: string | null;
  title: string | null;
  count: number;
}

const ORDER = `ARRAY[${RECIPIENT_ORDER.map((state) => `'${state}'`).join(', ')}]`;
/** When so many outcomes are counted, they are halved: what is long ago counts less and less. */
const MOST_RECENT = 500;

/** Carries what becomes of messages over to the recipients of campaigns, each step once. */
@Injectable()
export class CampaignOutcomesSubscriber implements OnModuleInit {
  constructor(private readonly subscribers: OutboxSubscribers) {}

  onModuleInit(): void {
    this.subscribers.register({
      name: 'whatsapp-campaigns',
      kinds: ['message.status'],
      handle: (events, tx) => this.record(events, tx),
    });
  }

  private async record(
    events: readonly DeliveredEvent<'message.status'>[],
    tx: EntityManager,
  ): Promise<void> {
    const outcomes = highestOf(events);
    if (outcomes.length === 0) return;
    // Each message by its index: the planner would read the whole table of a campaign that it has no statistics of.
    await tx.query('SET LOCAL enable_mergejoin = off; SET LOCAL enable_hashjoin = off');
    const rows: MovedRow[] = await tx.query(
      `WITH told AS (
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[])
                         AS t (account_id, message_id, state, code, title)),
       locked AS (
         SELECT r.account_id, r.campaign_id, r.id, r.state AS was, told.state, told.code, told.title
           FROM told JOIN campaign_recipients r ON r.account_id = told.account_id AND r.message_id = told.message_id
          WHERE array_position(${ORDER}, r.state) < array_position(${ORDER}, told.state)
          ORDER BY r.account_id, r.campaign_id, r.id FOR UPDATE OF r),
       moved AS (
         UPDATE campaign_recipients r
            SET state = locked.state, reason_code = locked.code, reason = locked.title, updated_at = now()
           FROM locked
          WHERE r.account_id = locked.account_id AND r.campaign_id = locked.campaign_id AND r.id = locked.id
          RETURNING r.account_id, r.campaign_id, locked.was, locked.state, locked.code, locked.title)
       SELECT account_id, campaign_id, was, state, code, max(title) AS title, count(*)::int AS count
         FROM moved GROUP BY account_id, campaign_id, was, state, code`,
      [
        outcomes.map(({ accountId }) => accountId),
        outcomes.map(({ messageId }) => messageId),
        outcomes.map(({ state }) => state),
        outcomes.map(({ code }) => code),
        outcomes.map(({ title }) => title),
      ],
    );
    for (const moved of byCampaign(rows)) await addUp(tx, moved);
  }
}

/** One outcome for each message, however many steps it has made. */
function highestOf(events: readonly DeliveredEvent<'message.status'>[]): Outcome[] {
  const highest = new Map<string, Outcome>();
  for (const { accountId, payload } of events) {
    const state = recipientStateOf(payload.status);
    if (state === null) continue;
    const other = highest.get(payload.messageId);
    if (other !== undefined && RECIPIENT_ORDER.indexOf(other.state) >= RECIPIENT_ORDER.indexOf(state))
      continue;
    const isTrouble = state === 'failed' || state === 'unknown';
    highest.set(payload.messageId, {
      accountId,
      messageId: payload.messageId,
      state,
      code: isTrouble ? String(payload.error?.code ?? state.toUpperCase()) : null,
      title: isTrouble ? (payload.error?.title ?? null) : null,
    });
  }
  return [...highest.values()];
}

/** In one order everywhere, as each campaign's row is locked from here on. */
function byCampaign(rows: readonly MovedRow[]): MovedRow[][] {
  const groups = new Map<string, MovedRow[]>();
  for (const row of rows) {
    const key = `${row.account_id} ${row.campaign_id}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

async function addUp(tx: EntityManager, moved: readonly MovedRow[]): Promise<void> {
  const [first] = moved;
  if (first === undefined) return;
  const changes = new Map<RecipientState, number>(RECIPIENT_STATES.map((state) => [state, 0]));
  const recent = { all: 0, failed: 0, limited: 0 };
  for (const { was, state, code, count } of moved) {
    changes.set(was, (changes.get(was) ?? 0) - count);
    changes.set(state, (changes.get(state) ?? 0) + count);
    // Once for each message, whether Meta refuses it at once or after it has accepted it.
    if (was === 'queued' || was === 'unknown') recent.all += count;
    if (state === 'failed' && isLimited(code)) recent.limited += count;
    if (state === 'failed' && countsAsFailure(code)) recent.failed += count;
  }
  const stop = moved.find(({ state, code }) => state === 'failed' && stopsEverything(code));
  const counted = RECIPIENT_STATES.map((state, index) => `${state} = ${state} + $${index + 7}`).join(', ');
  const halved = (column: string, added: string): string =>
    `${column} = CASE WHEN recent + $3 > ${MOST_RECENT} THEN (${column} + ${added}) / 2 ELSE ${column} + ${added} END`;
  await tx.query(
    `UPDATE campaign_progress
        SET ${counted}, ${halved('recent', '$3')}, ${halved('recent_failed', '$4')}, ${halved('recent_limited', '$5')},
            stop_error = coalesce($6, stop_error), is_told = false
      WHERE account_id = $1 AND campaign_id = $2`,
    [
      first.account_id,
      first.campaign_id,
      recent.all,
      recent.failed,
      recent.limited,
      stop === undefined ? null : JSON.stringify({ code: stop.code, title: stop.title }),
      ...RECIPIENT_STATES.map((state) => changes.get(state) ?? 0),
    ],
  );
}
