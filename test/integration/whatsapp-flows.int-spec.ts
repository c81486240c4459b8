import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { type Messenger, aMessenger } from '../factories/messaging.factory';
import { sandboxOf } from '../factories/meta-login';
import { GOOD_FLOW, aFlow, type FlowView } from '../factories/flows.factory';
import { type TestApp, startTestApp } from '../test-app';

const FLOWS = '/api/meta/whatsapp/flows';

describe('flows of WhatsApp', () => {
  let app: TestApp;
  let admin: ApiClient;
  let messenger: Messenger;
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
    messenger = await aMessenger(app, admin);
    client = messenger.client;
  });

  const sandbox = () => sandboxOf(app);
  const flow = async (id: string, query = ''): Promise<FlowView> =>
    (await client.get<FlowView>(`${FLOWS}/${id}${query}`)).body.data;

  it('go from a draft over publishing to their end', async () => {
    const made = await aFlow(client, { name: 'Survey', json: GOOD_FLOW });
    expect(made).toMatchObject({ name: 'Survey', status: 'DRAFT', validationErrors: [], jsonVersion: '6.0' });
    const path = `${FLOWS}/${made.id}`;
    expect((await client.patch(path, { name: 'Better survey' })).body.data).toMatchObject({
      name: 'Better survey',
    });
    expect((await client.get(`${path}/preview`)).body.data).toMatchObject({
      url: expect.stringMatching(/^https/),
    });
    expect((await client.get(`${path}/assets`)).body.data).toMatchObject({
      assets: [{ name: 'flow.json', type: 'FLOW_JSON' }],
    });
    expect((await client.post(`${path}/publish`)).body.data).toMatchObject({ status: 'PUBLISHED' });
    const refused = await client.delete(path);
    expect(refused.status).toBe(422);
    expect(refused.body.error.details).toMatchObject({ meta: { code: 139004 } });
    expect((await client.post(`${path}/deprecate`)).body.data).toMatchObject({ status: 'DEPRECATED' });
    expect((await client.get(FLOWS)).body.data).toMatchObject({
      flows: [{ id: made.id, flowId: made.flowId, status: 'DEPRECATED' }],
      pagination: { total: 1 },
      stale: false,
    });
  });

  it('say where their JSON is wrong, by the lines of the text that was sent', async () => {
    const { id } = await aFlow(client, { name: 'Faulty' });
    const text = JSON.stringify({ ...GOOD_FLOW, colour: 'red' }, null, 2);
    const line = text.split('\n').findIndex((content) => content.includes('"colour"')) + 1;
    const uploaded = await client.put(`${FLOWS}/${id}/json`, { json: text });
    expect(uploaded.body.data).toMatchObject({
      valid: false,
      validationErrors: [{ lineStart: line, columnStart: expect.any(Number), message: expect.any(String) }],
    });
    expect((await flow(id)).validationErrors).toHaveLength(1);
    expect((await client.post(`${FLOWS}/${id}/publish`)).status).toBe(422);
    expect((await client.put(`${FLOWS}/${id}/json`, { json: GOOD_FLOW })).body.data).toEqual({
      valid: true,
      validationErrors: [],
    });
    expect((await flow(id)).validationErrors).toEqual([]);
  });

  it('of drafts are deleted', async () => {
    const { id } = await aFlow(client, { name: 'Draft' });
    expect((await client.delete(`${FLOWS}/${id}`)).status).toBe(200);
    expect((await client.get(`${FLOWS}/${id}`)).status).toBe(404);
    expect((await client.get(`${FLOWS}?refresh=true`)).body.data).toMatchObject({ pagination: { total: 0 } });
  });

  it('have the status and the alarms that webhooks tell', async () => {
    const { id, flowId } = await aFlow(client, { name: 'Watched', json: GOOD_FLOW, publish: true });
    sandbox().setFlowStatus({ flowId, status: 'THROTTLED' });
    await eventually(
      () => flow(id),
      ({ status }) => status === 'THROTTLED',
    );
    sandbox().playFlowAlert({ flowId, event: 'ENDPOINT_LATENCY' });
    const alarmed = await eventually(
      () => flow(id),
      ({ alerts }) => alerts.ENDPOINT_LATENCY !== undefined,
    );
    expect(alarmed.alerts).toMatchObject({
      ENDPOINT_LATENCY: { state: 'ACTIVATED', details: { p90_latency: 8000 } },
    });
    const told: { payload: Record<string, unknown> }[] = await app.db.query(
      `SELECT payload FROM domain_events WHERE account_id = $1 AND kind = 'whatsapp.flow.updated' ORDER BY id`,
      [messenger.accountId],
    );
    expect(told.map(({ payload }) => payload)).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({
          id,
          event: 'FLOW_STATUS_CHANGE',
          previous: 'PUBLISHED',
          status: 'THROTTLED',
        }),
        expect.objectContaining({ id, event: 'ENDPOINT_LATENCY' }),
      ]) as unknown[],
    );
  });

  it('made elsewhere are in the list once it is read again', async () => {
    expect((await client.get(FLOWS)).body.data).toMatchObject({ flows: [] });
    await aFlow(client, { name: 'Ours', json: GOOD_FLOW });
    await app.db.query('DELETE FROM whatsapp_flows');
    expect((await client.get(FLOWS)).body.data).toMatchObject({ flows: [] });
    expect((await client.get(`${FLOWS}?refresh=true`)).body.data).toMatchObject({
      flows: [{ name: 'Ours' }],
    });
  });

  it('are made once although Meta’s answer was lost', async () => {
    sandbox().failNext({ method: 'POST', path: '/flows$', drop: 'after' });
    const made = await aFlow(client, { name: 'Lost' });
    expect(made).toMatchObject({ name: 'Lost', status: 'DRAFT' });
    expect((await client.get(`${FLOWS}?refresh=true`)).body.data).toMatchObject({ pagination: { total: 1 } });
  });

  it('are nobody else’s, and refuse what is not asked for', async () => {
    const { id, flowId } = await aFlow(client, { name: 'Ours' });
    const other = app.api.as(await admin.createUser('agent'));
    expect((await other.get(`${FLOWS}/${id}`)).status).toBe(404);
    expect((await other.delete(`${FLOWS}/${flowId}`)).status).toBe(404);
    expect((await client.post(FLOWS, { name: 'x', categories: ['NONSENSE'] })).status).toBe(400);
    expect((await client.post(FLOWS, { name: 'x', categories: ['OTHER'], json: [] })).status).toBe(400);
    expect((await client.get(`${FLOWS}/not-an-id`)).status).toBe(400);
  });
});
