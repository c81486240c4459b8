import { CommentCounting } from '../../src/analytics/counting/comment-counting.service';
import { MessageCounting } from '../../src/analytics/counting/message-counting.service';
import { OutboxRelay } from '../../src/domain-events/outbox-relay.service';
import { eventually } from '../eventually';
import { deliver } from '../signed-webhook';
import type { TestApp } from '../test-app';
import type { WhatsAppChannel } from './whatsapp-webhooks.factory';

/** Something that Meta tells of a number, with its time. */
export type ToldFact =
  | { kind: 'received'; wamid: string; at: Date }
  /** Written on the business's phone: the one way in which others than we can send. */
  | { kind: 'echo'; wamid: string; at: Date }
  | { kind: 'status'; wamid: string; status: string; at: Date; code?: number; category?: string };

const CUSTOMER = '16505551234';
const BUSINESS = '15550783881';
const FACTS_IN_ONE_BODY = 100;

/** Delivers what Meta tells as signed webhooks, a hundred to a body, and waits until all of it has had its effects. */
export async function deliverFacts(
  app: TestApp,
  channel: WhatsAppChannel,
  facts: readonly ToldFact[],
): Promise<void> {
  for (let from = 0; from < facts.length; from += FACTS_IN_ONE_BODY) {
    const body = {
      object: 'whatsapp_business_account',
      entry: [
        {
          id: channel.wabaId,
          changes: facts.slice(from, from + FACTS_IN_ONE_BODY).map((fact) => changeOf(channel, fact)),
        },
      ],
    };
    const { status } = await deliver(app.api, JSON.stringify(body));
    if (status !== 200) throw new Error(`The webhook answered ${status}.`);
  }
  await untilCounted(app);
}

/** Waits until every delivery is processed, everybody is told, and everything is counted. */
export async function untilCounted(app: TestApp): Promise<void> {
  await eventually(
    async () => {
      const rows: unknown[] = await app.db.query(
        `SELECT 1 FROM webhook_deliveries WHERE state = 'pending' LIMIT 1`,
      );
      return rows.length;
    },
    (pending) => pending === 0,
    { timeoutMs: 30_000 },
  );
  await eventually(
    async () => {
      await app.app.get(OutboxRelay).settle();
      await app.app.get(MessageCounting).drain();
      await app.app.get(CommentCounting).drain();
      const [row]: { count: number }[] = await app.db.query(
        `SELECT (SELECT count(*) FROM message_metric_changes)
              + (SELECT count(*) FROM comment_metric_changes)
              + (SELECT count(*) FROM outbox_arrivals)
              + (SELECT count(*) FROM outbox_cursors, outbox_sequence
                  WHERE subscriber = 'message-metrics' AND position < last_position) AS count`,
      );
      return Number(row?.count);
    },
    (left) => left === 0,
    { timeoutMs: 30_000 },
  );
}

function changeOf(channel: WhatsAppChannel, fact: ToldFact): Record<string, unknown> {
  const timestamp = String(Math.floor(fact.at.getTime() / 1_000));
  const text = { type: 'text', text: { body: 'Hello' } };
  if (fact.kind === 'received')
    return aChange(channel, 'messages', {
      contacts: [{ profile: { name: 'Ana' }, wa_id: CUSTOMER }],
      messages: [{ from: CUSTOMER, id: fact.wamid, timestamp, ...text }],
    });
  if (fact.kind === 'echo')
    return aChange(channel, 'smb_message_echoes', {
      message_echoes: [{ from: BUSINESS, to: CUSTOMER, id: fact.wamid, timestamp, ...text }],
    });
  const { wamid: id, status, code, category } = fact;
  return aChange(channel, 'messages', {
    statuses: [
      {
        id,
        status,
        timestamp,
        recipient_id: CUSTOMER,
        ...(code === undefined ? {} : { errors: [{ code, title: `Title of ${code}` }] }),
        ...(category === undefined ? {} : { pricing: { billable: true, pricing_model: 'PMP', category } }),
      },
    ],
  });
}

function aChange(
  { phoneNumberId }: WhatsAppChannel,
  field: string,
  value: Record<string, unknown>,
): Record<string, unknown> {
  return {
    field,
    value: {
      messaging_product: 'whatsapp',
      metadata: { display_phone_number: BUSINESS, phone_number_id: phoneNumberId },
      ...value,
    },
  };
}
