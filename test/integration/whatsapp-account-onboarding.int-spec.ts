import { SEED } from '../../sandbox/world-seed';
import { OnboardingRunner } from '../../src/whatsapp/accounts/onboarding.runner';
import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

const CONNECT = '/api/meta/auth/connect';
const NUMBERS = '/api/meta/whatsapp/phone-numbers';
const ONBOARDINGS = '/api/meta/whatsapp/account/onboardings';
const CANCELLATIONS = '/api/meta/auth/signup-cancellations';
const COEXISTENCE = 'FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING';

interface Step {
  step: string;
  state: string;
  attempts?: number;
  requestId?: string | null;
  error: { code: string; message: string; metaCode?: number } | null;
}
interface Progress {
  onboardingId: string;
  state: string;
  steps: Step[];
}
interface Connected {
  accountId: string;
  onboarding: Progress | null;
}
interface Onboarding {
  id: string;
  state: string;
  phoneNumberId: string | null;
  steps: Step[];
  history: { phase: number | null; progress: number | null; declined: boolean };
  contactsAt: string | null;
}
type Signup = ReturnType<ReturnType<typeof sandboxOf>['playEmbeddedSignup']>;

const statesOf = (steps: readonly Step[] | undefined): Record<string, string> =>
  Object.fromEntries((steps ?? []).map(({ step, state }) => [step, state]));
const problem = ({ status, body }: ApiAnswer<ApiBody<unknown>>) => ({
  status,
  code: body.error.code,
  details: body.error.details,
});

describe('Embedded Signup', () => {
  let app: TestApp;
  let admin: ApiClient;
  let client: ApiClient;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true, env: { META_TIMEOUT_MS: '2000' } });
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
  const connect = (signup: Signup, extra: Record<string, unknown> = {}) =>
    client.post<Connected>(CONNECT, {
      code: signup.code,
      wabaId: signup.wabaId,
      ...(signup.phoneNumberId === null ? {} : { phoneNumberId: signup.phoneNumberId }),
      ...extra,
    });
  const onboardingOf = async (phoneNumberId: string | null): Promise<Onboarding> =>
    (await client.get<Onboarding>(`${NUMBERS}/${phoneNumberId ?? ''}/onboarding`)).body.data;
  const makeDue = () =>
    app.db.query(`UPDATE whatsapp_onboarding_steps SET next_attempt_at = now() WHERE state <> 'done'`);

  describe('with a number', () => {
    it('reads, subscribes and registers it before it answers', async () => {
      const signup = sandbox().playEmbeddedSignup({ name: 'Flower Shop' });
      const answer = await connect(signup, { event: 'FINISH' });
      expect(answer.status).toBe(200);
      expect(answer.body.data.onboarding).toMatchObject({ state: 'complete' });
      expect(statesOf(answer.body.data.onboarding?.steps)).toEqual({
        import: 'done',
        subscribe: 'done',
        register: 'done',
      });
      const number = await client.get(`${NUMBERS}/${signup.phoneNumberId ?? ''}`);
      expect(number.body.data).toMatchObject({ status: 'CONNECTED', canSend: true });
      const [registration] = sandbox().calls({ path: /register$/ });
      const { body } = await client.post(`${NUMBERS}/${signup.phoneNumberId ?? ''}/two-step-pin/reveal`);
      expect(body.data.pin).toBe((registration?.body as { pin: string }).pin);
    });

    it('registers it with the PIN that the caller gives, and keeps that nowhere in plain text', async () => {
      const signup = sandbox().playEmbeddedSignup({ name: 'Flower Shop' });
      await connect(signup, { pin: '864209' });
      const [registration] = sandbox().calls({ path: /register$/ });
      expect(registration?.body).toMatchObject({ pin: '864209' });
      const stored = await app.db.query(
        `SELECT row_to_json(o) AS one FROM whatsapp_onboardings o UNION ALL
         SELECT row_to_json(n) FROM whatsapp_phone_numbers n UNION ALL
         SELECT row_to_json(s) FROM whatsapp_onboarding_steps s`,
      );
      expect(JSON.stringify(stored)).not.toContain('864209');
    });

    it('does not register a number that is registered, however often it is connected', async () => {
      for (let time = 0; time < 2; time++) {
        const { code } = sandbox().issueCode();
        const { wabaId, phoneNumberId } = SEED;
        const again = await client.post<Connected>(CONNECT, { code, wabaId, phoneNumberId });
        expect(again.body.data.onboarding).toMatchObject({ state: 'complete' });
      }
      expect(sandbox().calls({ path: /register$/ })).toEqual([]);
      const list = await client.get<{ onboardings: unknown[] }>(ONBOARDINGS);
      expect(list.body.data.onboardings).toHaveLength(1);
    });

    it('answers with what failed and what to do, and goes on with the right PIN', async () => {
      const signup = sandbox().playEmbeddedSignup({ name: 'Flower Shop' });
      sandbox().failNext({ path: 'register$', code: 133005 });
      const answer = await connect(signup);
      expect(answer.status).toBe(200);
      const { onboarding } = answer.body.data;
      expect(onboarding).toMatchObject({ state: 'failed' });
      expect(onboarding?.steps.find(({ step }) => step === 'register')).toMatchObject({
        state: 'failed',
        error: { code: 'META_REJECTED', message: expect.stringContaining('PIN') },
      });
      const retried = await client.post<Onboarding>(
        `${ONBOARDINGS}/${onboarding?.onboardingId ?? ''}/retry`,
        {
          pin: '135790',
        },
      );
      expect(retried.body.data).toMatchObject({ state: 'complete' });
      expect(
        sandbox()
          .calls({ path: /register$/ })
          .at(-1)?.body,
      ).toMatchObject({ pin: '135790' });
    });

    it('of somebody else cannot be taken on', async () => {
      const signup = sandbox().playEmbeddedSignup({ name: 'Flower Shop' });
      const { body } = await connect(signup);
      const other = app.api.as(await admin.createUser('agent'));
      const path = `${ONBOARDINGS}/${body.data.onboarding?.onboardingId ?? ''}/retry`;
      expect(problem(await other.post(path, {}))).toMatchObject({ status: 404 });
    });
  });

  describe('whose process dies', () => {
    it('before a step is done has it gone on with by another', async () => {
      const signup = sandbox().playEmbeddedSignup({ name: 'Flower Shop' });
      sandbox().failNext({ path: 'subscribed_apps$', status: 503, times: 50 });
      const answer = await connect(signup);
      expect(answer).toMatchObject({ status: 200, body: { data: { onboarding: { state: 'running' } } } });
      expect(statesOf(answer.body.data.onboarding?.steps)).toEqual({
        import: 'done',
        subscribe: 'pending',
        register: 'done',
      });
      sandbox().clearFaults();
      await makeDue();
      await eventually(
        async () => {
          await runner().sweep();
          return onboardingOf(signup.phoneNumberId);
        },
        (onboarding) => onboarding.state === 'complete',
      );
    });

    it('after Meta registered the number does not register it twice, and knows the PIN', async () => {
      const signup = sandbox().playEmbeddedSignup({ name: 'Flower Shop' });
      sandbox().failNext({ path: 'register$', drop: 'after' });
      const answer = await connect(signup);
      expect(statesOf(answer.body.data.onboarding?.steps)).toMatchObject({ register: 'pending' });
      // The lease of a process that is gone.
      await app.db.query(
        `UPDATE whatsapp_onboarding_steps SET state = 'running', next_attempt_at = now() WHERE step = 'register'
            AND onboarding_id = $1`,
        [answer.body.data.onboarding?.onboardingId],
      );
      await eventually(
        async () => {
          await runner().sweep();
          return onboardingOf(signup.phoneNumberId);
        },
        (onboarding) => onboarding.state === 'complete',
      );
      const registrations = sandbox().calls({ path: /register$/ });
      expect(registrations).toHaveLength(1);
      const { body } = await client.post(`${NUMBERS}/${signup.phoneNumberId ?? ''}/two-step-pin/reveal`);
      expect(body.data).toMatchObject({
        pin: (registrations[0]?.body as { pin: string }).pin,
        pendingPin: null,
      });
    });

    it('while a step runs does not have it taken twice', async () => {
      const signup = sandbox().playEmbeddedSignup({ name: 'Flower Shop' });
      const { body } = await connect(signup);
      await app.db.query(
        `UPDATE whatsapp_onboarding_steps SET state = 'running', next_attempt_at = now() + interval '1 minute'
          WHERE onboarding_id = $1 AND step = 'register'`,
        [body.data.onboarding?.onboardingId],
      );
      sandbox().clearCalls();
      await runner().sweep();
      expect(sandbox().calls({ path: /register$/ })).toEqual([]);
      expect(statesOf((await onboardingOf(signup.phoneNumberId)).steps)).toMatchObject({
        register: 'running',
      });
    });
  });

  it('without a number only reads and subscribes', async () => {
    const signup = sandbox().playEmbeddedSignup({ event: 'FINISH_ONLY_WABA' });
    const answer = await connect(signup, { event: 'FINISH_ONLY_WABA' });
    expect(statesOf(answer.body.data.onboarding?.steps)).toEqual({ import: 'done', subscribe: 'done' });
    expect(sandbox().calls({ path: /register$/ })).toEqual([]);
  });

  describe('of a number that stays on the phone', () => {
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
      const answer = await connect(signup, { event: COEXISTENCE });
      expect(statesOf(answer.body.data.onboarding?.steps)).toEqual({
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
      const onboarding = await onboardingOf(signup.phoneNumberId);
      expect(onboarding.steps.find(({ step }) => step === 'history')).toMatchObject({
        requestId: expect.any(String),
      });
      expect((await client.get(`${NUMBERS}/${signup.phoneNumberId ?? ''}`)).body.data).toMatchObject({
        throughputPerSecond: 20,
      });
    });

    it('has its address book and progress told by webhooks, in whatever order', async () => {
      // The app's own subscription: without it nothing comes.
      await client.post(CONNECT, { ...codeOf(sandbox().playEmbeddedSignup({ event: 'FINISH_ONLY_WABA' })) });
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
      await client.post(CONNECT, { ...codeOf(sandbox().playEmbeddedSignup({ event: 'FINISH_ONLY_WABA' })) });
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
      const answer = await connect(signup, { event: COEXISTENCE });
      expect(statesOf(answer.body.data.onboarding?.steps)).toMatchObject({
        contacts: 'pending',
        history: 'done',
      });
      await makeDue();
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
      const answer = await connect(signup, { event: COEXISTENCE });
      expect(answer.body.data.onboarding).toMatchObject({ state: 'failed' });
      expect(answer.body.data.onboarding?.steps.find(({ step }) => step === 'history')?.error).toMatchObject({
        code: 'META_REJECTED',
        message: expect.stringMatching(/24 hours.*Embedded Signup again/),
      });
    });

    it('does not ask before the events can arrive', async () => {
      const signup = sandbox().playEmbeddedSignup({ event: COEXISTENCE });
      sandbox().failNext({ path: 'subscribed_apps$', code: 200, times: 50 });
      const answer = await connect(signup, { event: COEXISTENCE });
      expect(answer.body.data.onboarding).toMatchObject({ state: 'failed' });
      expect(sandbox().calls({ path: /smb_app_data$/ })).toEqual([]);
    });

    it('finds out by itself which number it was', async () => {
      const signup = sandbox().playEmbeddedSignup({ event: COEXISTENCE });
      const answer = await connect({ ...signup, phoneNumberId: null }, { event: COEXISTENCE });
      expect(answer.body.data.onboarding).toMatchObject({ state: 'complete' });
      expect(await onboardingOf(signup.phoneNumberId)).toMatchObject({ phoneNumberId: signup.phoneNumberId });
    });
  });

  it('that is cancelled is kept for who helps', async () => {
    const told = {
      currentStep: 'PHONE_NUMBER_VERIFICATION',
      errorId: '524126980791429',
      timestamp: 1_746_041_036,
    };
    const kept = await client.post(CANCELLATIONS, told);
    expect(kept).toMatchObject({
      status: 201,
      body: { data: { currentStep: told.currentStep, occurredAt: '2025-04-30T19:23:56.000Z' } },
    });
    const other = app.api.as(await admin.createUser('agent'));
    const seen = async (who: ApiClient) =>
      (await who.get<{ cancellations: { id: string }[] }>(CANCELLATIONS)).body.data.cancellations.map(
        ({ id }) => id,
      );
    expect(await seen(other)).toEqual([]);
    expect(await seen(admin)).toContain(kept.body.data.id);
  });

  it.each([
    [{ wabaId: '1', event: 'FINISH' }, 'phoneNumberId'],
    [{ event: 'FINISH', phoneNumberId: '1' }, 'wabaId'],
    [{ redirectUri: 'https://app.example.com/callback', pin: '123456' }, 'wabaId'],
    [{ wabaId: '1', event: 'CANCEL' }, 'event'],
    [{ wabaId: '1', phoneNumberId: '2', pin: 'abcdef' }, 'pin'],
  ])('refuses %j without asking Meta', async (body, path) => {
    sandbox().clearCalls();
    const answer = await client.post(CONNECT, { code: 'x', ...body });
    expect(problem(answer)).toMatchObject({ status: 400, details: { fields: [{ path }] } });
    expect(sandbox().calls({ path: /oauth/ })).toEqual([]);
  });
});

function codeOf({ code, wabaId }: Signup): Record<string, unknown> {
  return { code, wabaId };
}
