import { SEED } from '../../sandbox/world-seed';
import type { AccountId, AssetId } from '../../src/database/ids';
import { Clock } from '../../src/meta-auth/clock';
import { TokenRefreshScheduler } from '../../src/meta-auth/token-refresh.scheduler';
import { AccountsService } from '../../src/whatsapp/accounts/accounts.service';
import { NumberReadsScheduler } from '../../src/whatsapp/accounts/number-reads.scheduler';
import { eventually } from '../eventually';
import { finish } from '../factories/whatsapp-signup.factory';
import { useNotificationWorld } from '../notification-world';

const DAY_MS = 86_400_000;

describe('notifications of what no webhook tells', () => {
  const world = useNotificationWorld();
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('say a week before that a connection ends, once, and that it goes on after all', async () => {
    const schedule = () => world.app.app.get(TokenRefreshScheduler).runDue();
    const due = () =>
      world.app.db.query('UPDATE meta_accounts SET next_refresh_at = now() WHERE id = $1', [world.accountId]);
    const [account]: { token_expiry: Date }[] = await world.app.db.query(
      'SELECT token_expiry FROM meta_accounts WHERE id = $1',
      [world.accountId],
    );
    const daysBefore = (days: number): void => {
      const at = new Date(account!.token_expiry.getTime() - days * DAY_MS);
      jest.spyOn(world.app.app.get(Clock), 'now').mockReturnValue(at);
    };
    world.sandbox.failNext({ path: 'oauth/access_token$', status: 500, times: 100 });
    // It is renewed from ten days before on, and nobody is troubled for three of them.
    daysBefore(9);
    await due();
    await schedule();
    await world.settle();
    expect(await world.list('?kind=account.token_expiring')).toEqual([]);
    daysBefore(6);
    await due();
    await schedule();
    daysBefore(5);
    await due();
    await schedule();
    const told = await world.eventually('account.token_expiring');
    expect(told).toMatchObject({
      severity: 'warning',
      occurrences: 1,
      title: expect.stringContaining(account!.token_expiry.toISOString().slice(0, 10)) as string,
    });
    world.sandbox.clearFaults();
    await due();
    await schedule();
    await world.eventually('account.token_expiring', ({ resolvedAt }) => resolvedAt !== null);
  });

  it('say at which step an onboarding stopped, until that is done', async () => {
    world.sandbox.failNext({ path: 'register$', code: 133005 });
    const signup = world.sandbox.playEmbeddedSignup({ name: 'Flower Shop' });
    const { body } = await finish(world.client, signup, { pin: '123456' });
    const told = await world.eventually('whatsapp.onboarding_failed');
    expect(told).toMatchObject({
      severity: 'critical',
      title: 'Setting up WhatsApp stopped at the step “register”',
      payload: { wabaId: signup.wabaId, step: 'register' },
    });
    await world.client.post(
      `/api/meta/whatsapp/account/onboardings/${body.data.onboarding?.onboardingId ?? ''}/retry`,
      { pin: '123456' },
    );
    await world.eventually('whatsapp.onboarding_failed', ({ resolvedAt }) => resolvedAt !== null);
  });

  it('say that Meta takes no messages from a number, until it is read and well', async () => {
    const [asset]: { id: AssetId }[] = await world.app.db.query(
      `SELECT id FROM assets WHERE account_id = $1 AND kind = 'phone_number' AND meta_id = $2`,
      [world.accountId, SEED.phoneNumberId],
    );
    const accounts = world.app.app.get(AccountsService);
    await accounts.recordSendingProblem(world.accountId as AccountId, asset!.id, 131042);
    await accounts.recordSendingProblem(world.accountId as AccountId, asset!.id, 131042);
    expect(await world.eventually('whatsapp.number_sending_refused')).toMatchObject({
      severity: 'critical',
      occurrences: 1,
      message: expect.stringContaining('payment') as string,
    });
    await world.app.db.query('UPDATE whatsapp_phone_numbers SET next_read_at = now()');
    await eventually(
      async () => {
        await world.app.app.get(NumberReadsScheduler).runDue();
        return (await world.list('?kind=whatsapp.number_sending_refused'))[0];
      },
      (notification) => notification?.resolvedAt !== null,
    );
  });
});
