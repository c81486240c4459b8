import { DataSource } from 'typeorm';
import { MessagesService } from '../../src/conversations/messages/messages.service';
import { SendLedger } from '../../src/conversations/sends/send-ledger.service';
import { aTenant, aSendOrder } from '../factories/conversations.factory';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(60_000);

describe('a message with its history', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  it('is read as of one instant: its status is the last of its history, whatever is committed meanwhile', async () => {
    const tenant = await aTenant(app.db);
    const { messageId } = await app.db.transaction((tx) =>
      app.app.get(SendLedger).order(tx, aSendOrder(tenant, { sendAt: new Date(Date.now() + 86_400_000) })),
    );
    const database = app.app.get(DataSource);
    const query = database.query.bind(database);
    let moves = true;
    // Right behind whatever is asked first of the message, it moves on.
    const spy = jest.spyOn(database, 'query').mockImplementation(async (sql, parameters) => {
      const answer: unknown = await query(sql, parameters);
      if (!moves || !Array.isArray(parameters) || !parameters.includes(messageId)) return answer;
      moves = false;
      await database.transaction(async (tx) => {
        await tx.query(`UPDATE messages SET status = 'accepted' WHERE account_id = $1 AND id = $2`, [
          tenant.accountId,
          messageId,
        ]);
        await tx.query(
          `INSERT INTO message_statuses (account_id, message_id, status, at) VALUES ($1, $2, 'accepted', now())
           ON CONFLICT DO NOTHING`,
          [tenant.accountId, messageId],
        );
      });
      return answer;
    });
    const read = () => app.app.get(MessagesService).getWithHistory([tenant.accountId], messageId);
    const first = await read();
    spy.mockRestore();
    expect([first.message.status, first.statuses.map(({ status }) => status)]).toEqual([
      'queued',
      ['queued'],
    ]);
    const then = await read();
    expect([then.message.status, then.statuses]).toMatchObject([
      'accepted',
      [
        { status: 'queued', at: expect.any(Date) as Date, participant: '', error: null, details: {} },
        { status: 'accepted' },
      ],
    ]);
  });
});
