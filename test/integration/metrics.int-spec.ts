import { eventually } from '../eventually';
import { type Served, readMetrics, valueOf } from '../metrics-reader';
import { ScriptedGraph } from '../scripted-graph';
import { deliver } from '../signed-webhook';
import { GraphClient } from '../../src/graph-client/graph-client';
import { type TestApp, startTestApp } from '../test-app';

const PREFIX = 'meta_backend_';

describe('metrics', () => {
  let graph: ScriptedGraph;
  let app: TestApp;
  beforeAll(async () => {
    graph = await ScriptedGraph.start();
    app = await startTestApp({ env: { META_GRAPH_URL: graph.url } });
  });
  afterAll(async () => {
    await app.close();
    await graph.stop();
  });

  const read = (): Promise<Served> => readMetrics(app.api);
  const value = (served: Served, name: string, labels: Record<string, string> = {}): number =>
    valueOf(served, PREFIX + name, labels) ?? 0;

  it('are told in the format of Prometheus, to be read anew each time', async () => {
    const answer = await app.api.get('/metrics');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('count requests by the pattern of their route, never by the path', async () => {
    const id = '01990000-0000-7000-8000-000000000001';
    const before = await read();
    await app.api.get(`/api/meta/contacts/${id}`);
    await app.api.get(`/api/somewhere/${id}/else`);
    const after = await read();
    const labels = { method: 'GET', route: '/api/meta/contacts/:id', status_class: '4xx' };
    expect(value(after, 'http_request_duration_seconds_count', labels)).toBe(
      value(before, 'http_request_duration_seconds_count', labels) + 1,
    );
    expect(value(after, 'http_request_duration_seconds_count', { route: 'unmatched' })).toBeGreaterThan(0);
    expect(after.text).not.toContain(id);
    expect(after.text).not.toContain('somewhere');
  });

  it('count calls to Meta by edge and outcome, with the code of an error', async () => {
    const id = '102290129340398';
    const client = app.app.get(GraphClient, { strict: false });
    graph.answers([
      { body: { success: true } },
      { status: 400, body: { error: { message: 'Session has expired', type: 'OAuthException', code: 190 } } },
    ]);
    const call = { method: 'POST' as const, path: `/${id}/messages`, token: 'EAAG', body: {} };
    await client.callUnknown(call);
    await expect(client.callUnknown(call)).rejects.toThrow();
    const served = await read();
    const edge = '/{id}/messages';
    expect(value(served, 'graph_call_duration_seconds_count', { edge, method: 'POST', outcome: 'ok' })).toBe(
      1,
    );
    expect(
      value(served, 'graph_errors_total', { edge, outcome: 'META_REAUTH_REQUIRED', meta_code: '190' }),
    ).toBe(1);
    expect(value(served, 'graph_circuit_state', { host: 'graph' })).toBe(0);
    expect(served.text).not.toContain(id);
  });

  it('tell how full the limits of Meta are, without whose', async () => {
    const usage = JSON.stringify({ '77889900112': [{ type: 'whatsapp', call_count: 61, total_cputime: 2 }] });
    graph.answers([
      { body: {}, headers: { 'x-app-usage': '{"call_count":28}', 'x-business-use-case-usage': usage } },
    ]);
    const client = app.app.get(GraphClient, { strict: false });
    await client.callUnknown({ method: 'GET', path: '/77889900112', token: 'EAAG' });
    const served = await read();
    expect(value(served, 'graph_usage_percent', { scope: 'app' })).toBe(28);
    expect(value(served, 'graph_usage_percent', { scope: 'object' })).toBe(61);
    expect(served.text).not.toContain('77889900112');
  });

  it('time the acknowledgement of a delivery, and when its contents became visible', async () => {
    const before = await read();
    const body = JSON.stringify({ object: 'whatsapp_business_account', entry: [], marker: Math.random() });
    expect((await deliver(app.api, body)).status).toBe(200);
    expect((await deliver(app.api, body, { signature: 'sha256=00' })).status).toBe(401);
    const after = await eventually(
      read,
      (served) =>
        value(served, 'ingest_visible_seconds_count', { lane: 'account' }) >
        value(before, 'ingest_visible_seconds_count', { lane: 'account' }),
    );
    expect(value(after, 'webhook_acknowledgement_seconds_count')).toBe(
      value(before, 'webhook_acknowledgement_seconds_count') + 1,
    );
    expect(value(after, 'webhook_refusals_total', { status: '401' })).toBe(
      value(before, 'webhook_refusals_total', { status: '401' }) + 1,
    );
    expect(value(after, 'webhook_deliveries_total', { state: 'ignored' })).toBeGreaterThan(
      value(before, 'webhook_deliveries_total', { state: 'ignored' }),
    );
  });

  it('tell of this process its connections, its Redis, its roles and its event loop', async () => {
    const served = await read();
    expect(value(served, 'redis_up')).toBe(1);
    expect(value(served, 'database_pool_size')).toBe(10);
    for (const state of ['used', 'idle', 'waiting'])
      expect(valueOf(served, `${PREFIX}database_connections`, { state })).toBeGreaterThanOrEqual(0);
    expect(value(served, 'process_role', { role: 'worker' })).toBe(1);
    expect(valueOf(served, 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0);
    expect(valueOf(served, 'process_resident_memory_bytes')).toBeGreaterThan(0);
  });

  it('hold no name, id, number or secret in any label', async () => {
    const { samples } = await read();
    const values = new Set(samples.flatMap(({ labels }) => Object.values(labels)));
    const odd = [...values].filter(
      (each) => /\d{5,}|@|[0-9a-f]{8}-[0-9a-f]{4}|EAA|mbb_/.test(each) || each.length > 120,
    );
    expect(odd).toEqual([]);
  });
});
