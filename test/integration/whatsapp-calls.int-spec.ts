import { SAMPLE_SDP } from '../../sandbox/features/voice-calls';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import {
  CUSTOMER,
  type Messenger,
  aMessenger,
  aText,
  customerWrites,
  send,
} from '../factories/messaging.factory';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

const CALLS = '/api/meta/whatsapp/calls';
const OTHER_SDP = SAMPLE_SDP.replace('7669997803033704573', '1111111111111111111');

interface CallView {
  id: string;
  callId: string | null;
  direction: string;
  waId: string | null;
  state: string;
  outcome: string | null;
  session: { sdpType: string; sdp: string } | null;
  error: { code: number | null } | null;
  acceptedAt: string | null;
  endedAt: string | null;
  durationSeconds: number | null;
}

describe('calls of WhatsApp', () => {
  let app: TestApp;
  let admin: ApiClient;
  let messenger: Messenger;
  let client: ApiClient;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true, env: { META_TIMEOUT_MS: '1500' } });
    admin = app.api.as(await app.api.registerAdmin());
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    await app.db.query('UPDATE assets SET released_at = now()');
    sandbox().reset();
    sandbox().clearFaults();
    messenger = await aMessenger(app, admin);
    client = messenger.client;
    sandbox().setMessagingLimit({ limit: 'TIER_1K' });
    expect((await client.put(`${CALLS}/settings`, { enabled: true })).status).toBe(200);
  });

  const sandbox = () => sandboxOf(app);
  const list = async (query = ''): Promise<CallView[]> =>
    (await client.get<{ calls: CallView[] }>(`${CALLS}${query}`)).body.data.calls;
  const call = async (id: string): Promise<CallView> =>
    (await client.get<CallView>(`${CALLS}/${id}`)).body.data;
  const callWhen = (id: string, isWanted: (view: CallView) => boolean): Promise<CallView> =>
    eventually(() => call(id), isWanted);
  const told = async (): Promise<string[]> => {
    const rows: { kind: string }[] = await app.db.query(
      `SELECT kind FROM domain_events WHERE account_id = $1 AND kind LIKE 'whatsapp.call.%' ORDER BY id`,
      [messenger.accountId],
    );
    return rows.map(({ kind }) => kind);
  };
  const somebodyCalls = async (): Promise<CallView> => {
    const { callId } = sandbox().playCall({ from: CUSTOMER, sdp: OTHER_SDP });
    const answer = await eventually(
      () => client.get<CallView>(`${CALLS}/${encodeURIComponent(callId)}`),
      ({ status }) => status === 200,
    );
    return answer.body.data;
  };
  const permitted = (): void => {
    sandbox().playCallPermission({ from: CUSTOMER, response: 'accept' });
  };
  const start = (body: Record<string, unknown> = {}, key?: string) =>
    (key === undefined ? client : client.with({ 'idempotency-key': key })).post<CallView>(CALLS, {
      to: CUSTOMER,
      sdp: SAMPLE_SDP,
      ...body,
    });

  describe('of a person', () => {
    it('lets them be answered for a day, as a message of theirs does', async () => {
      await customerWrites(app);
      await app.db.query(`UPDATE conversations SET window_expires_at = now() - interval '1 hour'`);
      expect((await send(client, aText('Hello'))).body.error.code).toBe('WINDOW_CLOSED');
      await somebodyCalls();
      expect((await send(client, aText('We missed your call'))).status).toBe(202);
    });

    it('is offered with its session, taken, and ends with its length', async () => {
      const offered = await somebodyCalls();
      expect(offered).toMatchObject({
        state: 'ringing',
        direction: 'USER_INITIATED',
        waId: CUSTOMER.slice(1),
        session: { sdpType: 'offer', sdp: OTHER_SDP },
        outcome: null,
      });
      expect(await list('?live=true')).toMatchObject([{ id: offered.id, session: null }]);
      const path = `${CALLS}/${offered.id}`;
      expect((await client.post(`${path}/pre-accept`, { sdp: SAMPLE_SDP })).body.data).toMatchObject({
        state: 'pre_accepted',
      });
      expect((await client.post(`${path}/accept`, { sdp: SAMPLE_SDP })).body.data).toMatchObject({
        state: 'accepted',
        acceptedAt: expect.any(String),
      });
      expect(sandbox().voiceCalls()).toMatchObject([{ state: 'active' }]);
      expect((await client.post(`${path}/accept`, { sdp: SAMPLE_SDP })).status).toBe(409);
      sandbox().hangUp({ callId: offered.callId ?? '' });
      expect(await callWhen(offered.id, ({ state }) => state === 'ended')).toMatchObject({
        outcome: 'completed',
        session: null,
        durationSeconds: expect.any(Number),
      });
      expect(await list('?live=true')).toEqual([]);
      expect(await told()).toEqual([
        'whatsapp.call.offered',
        'whatsapp.call.updated',
        'whatsapp.call.updated',
        'whatsapp.call.ended',
      ]);
      expect((await client.post(`${path}/terminate`)).status).toBe(409);
    });

    it('can be rejected, and can be missed', async () => {
      const rejected = await somebodyCalls();
      expect((await client.post(`${CALLS}/${rejected.id}/reject`)).status).toBe(200);
      expect(sandbox().voiceCalls()).toMatchObject([{ state: 'ended' }]);
      await eventually(
        () => call(rejected.id),
        ({ state, outcome }) => state === 'ended' && outcome === 'rejected',
      );
      const missed = await somebodyCalls();
      sandbox().hangUp({ callId: missed.callId ?? '' });
      expect(await callWhen(missed.id, ({ state }) => state === 'ended')).toMatchObject({
        outcome: 'not_answered',
        acceptedAt: null,
      });
    });

    it('is nobody else’s', async () => {
      const offered = await somebodyCalls();
      const other = app.api.as(await admin.createUser('agent'));
      expect((await other.get(`${CALLS}/${offered.id}`)).status).toBe(404);
      expect((await other.post(`${CALLS}/${encodeURIComponent(offered.callId ?? '')}/reject`)).status).toBe(
        404,
      );
    });
  });

  describe('of the business', () => {
    it('rings, is picked up with an answer, and is hung up', async () => {
      permitted();
      const made = await start({ callbackData: 'ticket-1' });
      expect(made.status).toBe(201);
      const { id, callId } = made.body.data;
      expect(made.body.data).toMatchObject({ direction: 'BUSINESS_INITIATED', callbackData: 'ticket-1' });
      await callWhen(id, ({ state }) => state === 'ringing');
      sandbox().answerCall({ callId: callId ?? '', answer: 'accept', sdp: OTHER_SDP });
      expect(await callWhen(id, ({ state }) => state === 'accepted')).toMatchObject({
        session: { sdpType: 'answer', sdp: OTHER_SDP },
      });
      expect((await client.post(`${CALLS}/${id}/terminate`)).status).toBe(200);
      expect(await callWhen(id, ({ state }) => state === 'ended')).toMatchObject({ outcome: 'completed' });
      expect(await list()).toHaveLength(1);
    });

    it('can be refused by the person', async () => {
      permitted();
      const { id, callId } = (await start()).body.data;
      sandbox().answerCall({ callId: callId ?? '', answer: 'reject' });
      const ended = await callWhen(id, ({ state }) => state === 'ended');
      expect(ended).toMatchObject({ outcome: 'rejected', durationSeconds: null });
      expect((await told()).filter((kind) => kind === 'whatsapp.call.ended')).toHaveLength(1);
    });

    it('is refused by Meta without permission, and says so', async () => {
      const refused = await start();
      expect(refused.status).toBe(422);
      expect(refused.body.error).toMatchObject({
        code: 'META_REJECTED',
        details: { meta: { code: 138006 } },
      });
      expect(await list()).toMatchObject([
        { state: 'ended', outcome: 'failed', callId: null, error: { code: 138006 } },
      ]);
    });

    it('is made once for one Idempotency-Key', async () => {
      permitted();
      const first = await start({}, 'once');
      const again = await start({}, 'once');
      expect(again.body.data.id).toBe(first.body.data.id);
      expect(sandbox().voiceCalls()).toHaveLength(1);
      expect((await start({ callbackData: 'other' }, 'once')).status).toBe(409);
    });

    it('is found again by its webhooks when Meta’s answer was lost', async () => {
      permitted();
      sandbox().failNext({ method: 'POST', path: '/calls$', drop: 'after' });
      const lost = await start();
      expect(lost.status).toBe(503);
      const [ours] = await list();
      const [real] = sandbox().voiceCalls();
      expect(await callWhen(ours?.id ?? '', ({ callId }) => callId !== null)).toMatchObject({
        callId: real?.id,
        state: 'ringing',
      });
      expect(await list()).toHaveLength(1);
    });

    it('is one call although its webhooks come before Meta’s answer', async () => {
      permitted();
      sandbox().failNext({ method: 'POST', path: '/calls$', delayAfterMs: 600 });
      const made = await start();
      expect(made.status).toBe(201);
      expect(made.body.data).toMatchObject({ state: 'ringing', callId: sandbox().voiceCalls()[0]?.id });
      expect(await list()).toHaveLength(1);
    });
  });

  it('tells whether somebody may be called', async () => {
    const read = () => client.get(`${CALLS}/permissions?to=${encodeURIComponent(CUSTOMER)}`);
    expect((await read()).body.data).toMatchObject({
      status: 'no_permission',
      expiresAt: null,
      actions: [
        { name: 'send_call_permission_request', allowed: true },
        { name: 'start_call', allowed: false },
      ],
    });
    permitted();
    expect((await read()).body.data).toMatchObject({
      status: 'temporary',
      expiresAt: expect.any(String),
      actions: expect.arrayContaining([
        {
          name: 'start_call',
          allowed: true,
          limits: [{ period: 'PT24H', most: 10, used: 0, freeAt: null }],
        },
      ]),
    });
    expect((await client.get(`${CALLS}/permissions`)).status).toBe(400);
  });

  it('keeps the hours of calls at Meta', async () => {
    const hours = {
      enabled: true,
      timezone: 'Europe/Berlin',
      weekly: [{ day: 'MONDAY', open: '09:30', close: '17:00' }],
      holidays: [{ date: '2099-01-01', open: '00:00', close: '23:59' }],
    };
    const settings = { enabled: true, iconVisible: false, callbackPermission: true, hours };
    expect((await client.put(`${CALLS}/settings`, settings)).body.data).toEqual(settings);
    expect((await client.get(`${CALLS}/settings`)).body.data).toEqual(settings);
    expect((await client.put(`${CALLS}/settings`, {})).status).toBe(400);
    expect((await client.put(`${CALLS}/settings`, { hours: { ...hours, timezone: 'Mars' } })).status).toBe(
      400,
    );
  });
});
