import { OnboardingRunner } from '../../src/whatsapp/accounts/onboarding.runner';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { sandboxOf } from '../factories/meta-login';
import {
  NUMBERS,
  type Signup,
  finish,
  makeStepsDue,
  onboardingWhen,
  readOnboarding,
  startSignupApp,
} from '../factories/whatsapp-signup.factory';
import type { TestApp } from '../test-app';

const COEXISTENCE = 'FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING';

describe('Embedded Signup of a number that stays on the phone', () => {
  let app: TestApp;
  let client: ApiClient;
  let admin: ApiClient;
  beforeAll(async () => {
    app = await startSignupApp();
    admin = app.api.as(await app.api.registerAdmin());
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    await app.db.query('UPDATE assets SET released_at = now()');
    sandbox().reset();
    sandbox().clearFaults();
    client = app.api.as(await admin.createUser('admin'));
  });

  const sandbox = () => sandboxOf(app);
  const runner = () => app.app.get(OnboardingRunner);
  const connect = (signup: Signup, extra: Record<string, unknown> = {}) => finish(client, signup, extra);
  const onboardingOf = (phoneNumberId: string | null) => readOnboarding(client, phoneNumberId);

  const messages = Array.from({ length: 6 }, (_, n) => ({
    from: '16505551234',
    id: `wamid.history.${n}`,
    timestamp: String(1_700_000_000 + n),
    type: 'text',
    text: { body: `${n}` },
    history_context: { status: 'READ' },
  }));
  const subscribeFields = () =>
    client.post('/api/meta/webhook/configure', {
      verifyToken: 'coexistence-token',
      fields: { messages: true, history: true, smb_app_state_sync: true },
    });

  it('asks for contacts and past chats once each, and tells how far they have come', async () => {
    const signup = sandbox().playEmbeddedSignup({
      event: COEXISTENCE,
      contacts: [{ phone: '16505551234', fullName: 'Ana Plumber' }],
      threads: [{ id: '16505551234', messages }],
    });
    await connect(signup, { event: COEXISTENCE });
    const onboarding = await onboardingWhen(client, signup.phoneNumberId, {
      import: 'done',
      subscribe: 'done',
      contacts: 'done',
      history: 'done',
    });
    expect(sandbox().calls({ path: /register$/ })).toEqual([]);
    expect(
      sandbox()
        .calls({ path: /smb_app_data$/ })
        .map(({ body }) => (body as { sync_type: string }).sync_type),
    ).toEqual(['smb_app_state_sync', 'history']);
    expect(onboarding.steps.find(({ step }) => step === 'history')).toMatchObject({
      requestId: expect.any(String),
    });
    expect((await client.get(`${NUMBERS}/${signup.phoneNumberId ?? ''}`)).body.data).toMatchObject({
      throughputPerSecond: 20,
    });
  });

  it('has its address book and progress told by webhooks, in whatever order', async () => {
    // The app's own subscription: without it nothing comes.
    await connect(sandbox().playEmbeddedSignup({ event: 'FINISH_ONLY_WABA' }));
    await subscribeFields();
    const signup = sandbox().playEmbeddedSignup({
      event: COEXISTENCE,
      contacts: [{ phone: '16505551234', fullName: 'Ana Plumber' }],
      threads: [{ id: '16505551234', messages }],
    });
    const answer = await connect(signup, { event: COEXISTENCE });
    const { accountId } = answer.body.data;
    const done = await eventually(
      () => onboardingOf(signup.phoneNumberId),
      ({ history, contactsAt }) => history.progress === 100 && contactsAt !== null,
    );
    expect(done.history).toMatchObject({ phase: 2, progress: 100, declined: false });
    const contacts = await app.db.query(
      `SELECT c.name FROM contacts c JOIN contact_identities i ON i.account_id = c.account_id AND i.contact_id = c.id
        WHERE c.account_id = $1 AND i.value = '16505551234'`,
      [accountId],
    );
    expect(contacts).toEqual([{ name: 'Ana Plumber' }]);
  });

  it('says so when the business shares no chats', async () => {
    await connect(sandbox().playEmbeddedSignup({ event: 'FINISH_ONLY_WABA' }));
    await subscribeFields();
    const signup = sandbox().playEmbeddedSignup({ event: COEXISTENCE, sharesHistory: false });
    await connect(signup, { event: COEXISTENCE });
    await eventually(
      () => onboardingOf(signup.phoneNumberId),
      ({ history }) => history.declined,
    );
  });

  it('takes an answer that was lost for what it was', async () => {
    const signup = sandbox().playEmbeddedSignup({ event: COEXISTENCE });
    sandbox().failNext({ path: 'smb_app_data$', drop: 'after' });
    await connect(signup, { event: COEXISTENCE });
    await onboardingWhen(client, signup.phoneNumberId, {
      import: 'done',
      subscribe: 'done',
      contacts: 'pending',
      history: 'done',
    });
    await makeStepsDue(app);
    await eventually(
      async () => {
        await runner().sweep();
        return onboardingOf(signup.phoneNumberId);
      },
      ({ state }) => state === 'complete',
    );
  });

  it('says what to do when it is too late', async () => {
    const signup = sandbox().playEmbeddedSignup({ event: COEXISTENCE });
    sandbox().failNext({ path: 'smb_app_data$', code: 2593108, times: 2 });
    await connect(signup, { event: COEXISTENCE });
    const onboarding = await onboardingWhen(client, signup.phoneNumberId, {
      import: 'done',
      subscribe: 'done',
      contacts: 'failed',
      history: 'failed',
    });
    expect(onboarding.state).toBe('failed');
    expect(onboarding.steps.find(({ step }) => step === 'history')?.error).toMatchObject({
      code: 'META_REJECTED',
      message: expect.stringMatching(/24 hours.*Embedded Signup again/),
    });
  });

  it('does not ask before the events can arrive', async () => {
    const signup = sandbox().playEmbeddedSignup({ event: COEXISTENCE });
    sandbox().failNext({ path: 'subscribed_apps$', code: 200, times: 50 });
    await connect(signup, { event: COEXISTENCE });
    await onboardingWhen(client, signup.phoneNumberId, {
      import: 'done',
      subscribe: 'failed',
      contacts: 'failed',
      history: 'failed',
    });
    expect(sandbox().calls({ path: /smb_app_data$/ })).toEqual([]);
  });

  it('finds out by itself which number it was', async () => {
    const signup = sandbox().playEmbeddedSignup({ event: COEXISTENCE });
    await connect({ ...signup, phoneNumberId: null }, { event: COEXISTENCE });
    await eventually(
      () => onboardingOf(signup.phoneNumberId),
      ({ state, phoneNumberId }) => state === 'complete' && phoneNumberId === signup.phoneNumberId,
    );
  });
});
