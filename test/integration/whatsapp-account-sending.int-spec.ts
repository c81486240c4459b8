import { SEED } from '../../sandbox/world-seed';
import type { AccountId, AssetId } from '../../src/database/ids';
import { AccountHistoryScheduler } from '../../src/whatsapp/accounts/account-history.scheduler';
import { AccountsService } from '../../src/whatsapp/accounts/accounts.service';
import { NumberReadsScheduler } from '../../src/whatsapp/accounts/number-reads.scheduler';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { connectedAccount, sandboxOf } from '../factories/meta-login';
import { aMessagesChange } from '../factories/whatsapp-webhooks.factory';
import { deliver } from '../signed-webhook';
import { type TestApp, startTestApp } from '../test-app';

const NUMBER = `/api/meta/whatsapp/phone-numbers/${SEED.phoneNumberId}`;
const EVENTS = '/api/meta/whatsapp/account/events';

describe('what sending teaches about a number:', () => {
  let app: TestApp;
  let admin: ApiClient;
  let client: ApiClient;
  let accountId: AccountId;
  let assetId: AssetId;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true });
    admin = app.api.as(await app.api.registerAdmin());
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    await app.db.query('UPDATE assets SET released_at = now()');
    sandbox().reset();
    client = app.api.as(await admin.createUser('agent'));
    accountId = (await connectedAccount(app, client)) as AccountId;
    const number = await client.get(NUMBER);
    if (number.status !== 200) throw new Error(`The number answered ${number.status}: ${number.text}`);
    assetId = number.body.data.id as AssetId;
  });

  const sandbox = () => sandboxOf(app);
  const accounts = () => app.app.get(AccountsService);
  const limits = () => accounts().limitsOf(accountId, assetId);
  const history = async (): Promise<Record<string, unknown>[]> =>
    (await client.get<{ events: Record<string, unknown>[] }>(EVENTS)).body.data.events;
  const told = async (kind: string): Promise<Record<string, unknown>[]> => {
    const rows: { payload: Record<string, unknown> }[] = await app.db.query(
      'SELECT payload FROM domain_events WHERE account_id = $1 AND kind = $2 ORDER BY id',
      [accountId, kind],
    );
    return rows.map(({ payload }) => payload);
  };

  describe('a refusal while sending', () => {
    it('ends sending at once, is told once, and passes when Meta says that the number is well', async () => {
      await Promise.all(
        Array.from({ length: 5 }, () => accounts().recordSendingProblem(accountId, assetId, 133010)),
      );
      expect(await limits()).toMatchObject({ canSend: false, status: 'DISCONNECTED' });
      expect(await told('whatsapp.phone_number.updated')).toMatchObject([
        {
          field: 'sending',
          what: 'status',
          previous: 'CONNECTED',
          current: 'DISCONNECTED',
          severity: 'critical',
        },
      ]);
      expect(await history()).toMatchObject([{ field: 'sending', event: '133010' }]);

      // Nobody presses a button: it is read by itself.
      await app.db.query('UPDATE whatsapp_phone_numbers SET next_read_at = now()');
      await app.app.get(NumberReadsScheduler).runDue();
      expect(await limits()).toMatchObject({ canSend: true, status: 'CONNECTED', reason: null });
    });

    it('because of the account is not over as long as Meta calls it blocked', async () => {
      await accounts().recordSendingProblem(accountId, assetId, 131042);
      expect(await limits()).toMatchObject({ canSend: false, reason: expect.stringMatching(/payment/) });
      sandbox().updatePhoneNumber({ phoneNumberId: SEED.phoneNumberId, status: 'BANNED', silent: true });
      await client.get(`${NUMBER}?refresh=true`);
      expect(await limits()).toMatchObject({ canSend: false, status: 'BANNED' });
    });

    it('of a message says nothing about the number', async () => {
      for (const code of [131047, 131026, 132001])
        await accounts().recordSendingProblem(accountId, assetId, code);
      expect(await limits()).toMatchObject({ canSend: true });
      expect(await history()).toEqual([]);
    });
  });

  it('trouble that Meta reports by webhook ends sending, unless the number was read since', async () => {
    const trouble = (message: string) =>
      JSON.stringify(
        aMessagesChange(
          { wabaId: SEED.wabaId, phoneNumberId: SEED.phoneNumberId },
          { errors: [{ code: 131031, title: 'Account has been locked', message }] },
        ),
      );
    expect((await deliver(app.api, trouble('first'))).status).toBe(200);
    await eventually(limits, ({ canSend }) => !canSend);
    expect(await limits()).toMatchObject({ reason: expect.stringMatching(/locked/) });
    expect(await history()).toMatchObject([{ field: 'sending', event: '131031', severity: 'critical' }]);
  });

  it('is kept for two years', async () => {
    await accounts().recordSendingProblem(accountId, assetId, 133010);
    const scheduler = app.app.get(AccountHistoryScheduler);
    await scheduler.removeOld();
    expect(await history()).toHaveLength(1);
    await app.db.query(`UPDATE whatsapp_account_events SET created_at = now() - interval '731 days'`);
    await scheduler.removeOld();
    expect(await history()).toEqual([]);
  });

  it('nothing is known of a number of somebody else', async () => {
    const other = app.api.as(await admin.createUser('agent'));
    const { personId } = sandbox().createTenant({ name: 'Other', displayPhoneNumber: '+1 555 010 0003' });
    const theirs = (await connectedAccount(app, other, { personId })) as AccountId;
    await expect(accounts().limitsOf(theirs, assetId)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await accounts().recordSendingProblem(theirs, assetId, 133010);
    expect(await limits()).toMatchObject({ canSend: true });
  });
});
