import type { DataSource } from 'typeorm';
import { CaseCounting } from '../../src/analytics/counting/case-counting.service';
import { MetricsRebuild } from '../../src/analytics/counting/metrics-rebuild.service';
import { ADDED_UP, NO_ASSET } from '../../src/analytics/counting/message-counters';
import { type MessageId, newId } from '../../src/database/ids';
import { type Tenant, aTenant, anArrivedMessage, anArrivedStatus } from '../factories/conversations.factory';
import {
  type CountingProcess,
  aCountingProcess,
  aTakenMessage,
  rowsThatDoNotAddUp,
} from '../factories/message-metrics.factory';
import { type MessageStores, messageStores } from '../factories/message-stores';
import { openMigratedDatabase } from '../migrated-database';

let db: DataSource;
let close: () => Promise<void>;
let stores: MessageStores;
let process: CountingProcess;
let tenant: Tenant;

beforeAll(async () => {
  ({ db, close } = await openMigratedDatabase());
  stores = messageStores(db);
  process = aCountingProcess(db);
});
afterAll(async () => {
  await close();
});
beforeEach(async () => {
  tenant = await aTenant(db);
});
/** However it was counted: hours and days are the sums of quarters, and a rebuild finds nothing to correct. */
afterEach(async () => {
  expect(await rowsThatDoNotAddUp(db, tenant.accountId)).toEqual([]);
  const rebuild = new MetricsRebuild(db, new CaseCounting());
  for (const { corrected } of await rebuild.run({ accountId: tenant.accountId })) expect(corrected).toBe(0);
});

const at = (time: string): Date => new Date(`2026-03-14T${time}Z`);

/** By label and counter, of all time: `marketing/regular sent` is 2. */
async function totals(dimension: string): Promise<Record<string, number>> {
  await process.settle();
  const rows: Record<string, string | number>[] = await db.query(
    `SELECT label, sum(received)::int AS received, sum(sent)::int AS sent, sum(sent_billable)::int AS sent_billable,
            sum(comments)::int AS comments, sum(comment_replies)::int AS comment_replies, sum(answers)::int AS answers,
            sum(answer_seconds)::int AS answer_seconds, sum(failed)::int AS failed
       FROM message_metrics WHERE account_id = $1 AND dimension = $2 AND grain = 'day' AND asset_id = $3 GROUP BY label`,
    [tenant.accountId, dimension, ADDED_UP.some((one) => one === dimension) ? NO_ASSET : tenant.assetId],
  );
  const named: Record<string, number> = {};
  for (const { label, ...counts } of rows)
    for (const [name, value] of Object.entries(counts))
      if (Number(value) !== 0) named[`${String(label)} ${name}`.trim()] = Number(value);
  return named;
}

async function sent(
  changes: Parameters<typeof aTakenMessage>[3],
  time: string,
  details = {},
): Promise<MessageId> {
  const wamid = `wamid.${newId()}`;
  const id = await aTakenMessage(db, tenant, wamid, changes);
  const status = anArrivedStatus(tenant, wamid, 'sent', { at: at(time), details });
  await db.transaction((tx) => stores.store.applyStatuses(tx, [status]));
  return id;
}

async function aComment(changes: Record<string, unknown> = {}): Promise<string> {
  const row = {
    account_id: tenant.accountId,
    id: newId(),
    asset_id: tenant.assetId,
    platform: 'facebook',
    external_id: newId(),
    is_complete: true,
    commented_at: at('08:00:00'),
    ...changes,
  };
  await db.query(
    `INSERT INTO comments (${Object.keys(row).join(', ')})
     VALUES (${Object.keys(row)
       .map((_, index) => `$${index + 1}`)
       .join(', ')})`,
    Object.values(row),
  );
  return row.id;
}

describe('what figures are told apart by', () => {
  it('is the campaign that the message names, also after the recipient was tried again with another one', async () => {
    const [spring, autumn] = [newId(), newId()];
    await sent({ type: 'template', campaignId: spring }, '09:00:00');
    await sent({ type: 'template', campaignId: spring }, '23:00:00');
    await sent({ type: 'template', campaignId: autumn }, '09:00:00');
    expect(await totals('campaign')).toEqual({ [`${spring} sent`]: 2, [`${autumn} sent`]: 1 });
    // Nobody wrote them.
    expect(await totals('agent')).toEqual({});
  });

  it('is the agent who wrote, with the answers', async () => {
    const [ana, ben] = [newId(), newId()];
    const question = anArrivedMessage(tenant, { at: at('08:00:00') });
    await db.transaction((tx) => stores.store.storeArrived(tx, [question]));
    await sent({ senderId: ana }, '08:05:00');
    await sent({ senderId: ben }, '08:06:00');
    expect(await totals('agent')).toEqual({
      [`${ana} sent`]: 1,
      [`${ana} answers`]: 1,
      [`${ana} answer_seconds`]: 300,
      [`${ben} sent`]: 1,
    });
  });

  it('is the mood of what people write, as it is known at present', async () => {
    const messages = ['08:00:00', '08:10:00'].map((time) => anArrivedMessage(tenant, { at: at(time) }));
    await db.transaction((tx) => stores.store.storeArrived(tx, messages));
    expect(await totals('sentiment')).toEqual({});
    await db.query(`UPDATE messages SET sentiment = 'negative' WHERE account_id = $1`, [tenant.accountId]);
    await aComment({ sentiment: 'positive' });
    expect(await totals('sentiment')).toEqual({ 'negative received': 2, 'positive comments': 1 });
    // Somebody knew better.
    await db.query(`UPDATE messages SET sentiment = 'neutral' WHERE account_id = $1 AND "timestamp" = $2`, [
      tenant.accountId,
      at('08:10:00'),
    ]);
    await db.query(`UPDATE comments SET sentiment = NULL WHERE account_id = $1`, [tenant.accountId]);
    expect(await totals('sentiment')).toEqual({ 'negative received': 1, 'neutral received': 1 });
  });

  it('is Meta’s category and type of the price, with those that cost something', async () => {
    const pricing = { category: 'utility', type: 'regular', billable: true };
    await sent({}, '09:00:00', { pricing });
    await sent({}, '09:00:00', {
      pricing: { category: 'service', type: 'free_customer_service', billable: false },
    });
    expect(await totals('price')).toEqual({
      'utility/regular sent': 1,
      'utility/regular sent_billable': 1,
      'service/free_customer_service sent': 1,
    });
  });
});

describe('comments', () => {
  it('count once they are complete: those of others, and replies of the business', async () => {
    const early = await aComment({ is_complete: false, commented_at: null });
    const [first] = [await aComment()];
    await aComment({ by_business: true, parent_external_id: first });
    // What the business writes under its own post by itself is no reply to anybody.
    await aComment({ by_business: true });
    expect(await totals('account')).toEqual({ comments: 1, comment_replies: 1 });
    await db.query(
      'UPDATE comments SET is_complete = true, commented_at = $3 WHERE account_id = $1 AND id = $2',
      [tenant.accountId, early, at('07:00:00')],
    );
    expect(await totals('account')).toEqual({ comments: 2, comment_replies: 1 });
    // That it was removed does not mean that it never was.
    await db.query('UPDATE comments SET removed_at = now() WHERE account_id = $1', [tenant.accountId]);
    expect(await totals('channel')).toEqual({ comments: 2, comment_replies: 1 });
  });
});
