import { SEED } from '../../sandbox/world-seed';
import { OnboardingRunner } from '../../src/whatsapp/accounts/onboarding.runner';
import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { sandboxOf } from '../factories/meta-login';
import {
  CONNECT,
  type Connected,
  NUMBERS,
  type Onboarding,
  type Signup,
  finish,
  makeStepsDue,
  onboardingWhen,
  readOnboarding,
  startSignupApp,
  statesOf,
} from '../factories/whatsapp-signup.factory';
import type { TestApp } from '../test-app';

const ONBOARDINGS = '/api/meta/whatsapp/account/onboardings';
const CANCELLATIONS = '/api/meta/auth/signup-cancellations';

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
      await onboardingWhen(client, signup.phoneNumberId, {
        import: 'done',
        subscribe: 'pending',
        register: 'done',
      });
      sandbox().clearFaults();
      await makeStepsDue(app);
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
      await onboardingWhen(client, signup.phoneNumberId, {
        import: 'done',
        subscribe: 'done',
        register: 'pending',
      });
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
