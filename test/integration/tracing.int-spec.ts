import type { ApiClient } from '../api-client';
import { CapturedLog } from '../captured-log';
import { eventually } from '../eventually';
import {
  CUSTOMER,
  type Messenger,
  aMessenger,
  aText,
  customerWrites,
  messageWhen,
  sent,
  withStatus,
} from '../factories/messaging.factory';
import { sandboxOf } from '../factories/meta-login';
import { A_CHANNEL, aMessagesChange, aTextMessage } from '../factories/whatsapp-webhooks.factory';
import { signatureOf } from '../signed-webhook';
import { type TestApp, startTestApp } from '../test-app';
import { TraceCollector } from '../trace-collector';

const SERVER = 2;
const CLIENT = 3;
const CONSUMER = 5;
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
const traceParent = (traceId = TRACE, spanId = CALLER) => `00-${traceId}-${spanId}-01`;
let next = 0;
/** A trace of its own. */
const aTrace = () => (++next).toString(16).padStart(32, '7');

describe('traces', () => {
  let collector: TraceCollector;
  let app: TestApp;
  let admin: ApiClient;
  let me: Messenger;
  let log: CapturedLog;

  beforeAll(async () => {
    collector = await TraceCollector.start();
    app = await startTestApp({
      sandbox: true,
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20collector-key',
        OTEL_SERVICE_NAME: 'inbox-of-ada',
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
        LOG_LEVEL: 'info',
      },
    });
    log = new CapturedLog();
    admin = app.api.as(await app.api.registerAdmin());
    me = await aMessenger(app, admin);
  }, 120_000);
  afterAll(async () => {
    await app.close();
    log.stop();
    await collector.close();
  });

  const webhook = async (body: string, headers: Record<string, string>): Promise<number> => {
    const answer = await fetch(`${app.url}/api/meta/webhook/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-hub-signature-256': signatureOf(body), ...headers },
      body,
    });
    await answer.text();
    return answer.status;
  };

  it('lead from the request that ordered a message over the dispatcher to the call to Meta and its outcome', async () => {
    await customerWrites(app);
    const trace = aTrace();
    const id = await sent(me.client.with({ traceparent: traceParent(trace) }), aText('Your parcel is here'));
    await messageWhen(me.client, id, withStatus('accepted', 'sent', 'delivered', 'read'));

    const spans = await collector.trace(trace, [
      'POST /api/meta/whatsapp/messages',
      'send whatsapp message',
      'POST /{id}/messages',
      'record sends',
      /^tell /,
    ]);
    const the = (name: string) => {
      const found = spans.find((span) => span.name === name);
      if (found === undefined) throw new Error(`no span ${name}`);
      return found;
    };
    const request = the('POST /api/meta/whatsapp/messages');
    expect(request).toMatchObject({
      kind: SERVER,
      parentSpanId: CALLER,
      attributes: { 'http.route': '/api/meta/whatsapp/messages', 'http.response.status_code': 202 },
    });
    const dispatch = the('send whatsapp message');
    expect(dispatch).toMatchObject({ kind: CONSUMER, parentSpanId: request.spanId });
    expect(dispatch.attributes).toMatchObject({ 'app.outcome': 'accepted', 'app.message_id': id });
    expect(the('POST /{id}/messages')).toMatchObject({
      kind: CLIENT,
      parentSpanId: dispatch.spanId,
      attributes: { 'http.response.status_code': 200, 'url.template': '/{id}/messages' },
    });
  });

  it('tell of a failed call Meta’s code and mark the span as failed', async () => {
    await customerWrites(app);
    const trace = aTrace();
    sandboxOf(app).failNext({ method: 'POST', path: /messages$/, code: 131_026 });
    const id = await sent(me.client.with({ traceparent: traceParent(trace) }), aText('Will not arrive'));
    await messageWhen(me.client, id, withStatus('failed'));
    const spans = await collector.trace(trace, ['POST /{id}/messages']);
    const call = spans.find(({ kind }) => kind === CLIENT);
    expect(call).toMatchObject({
      isFailed: true,
      attributes: { 'meta.error_code': 131_026, 'error.type': 'META_REJECTED' },
    });
    sandboxOf(app).clearFaults();
  });

  it('go on from a webhook to its processing and to those who are told of what it brought', async () => {
    const trace = aTrace();
    const channel = { ...A_CHANNEL, phoneNumberId: me.phoneNumberId };
    const body = JSON.stringify(aMessagesChange(channel, { messages: [aTextMessage('Is anybody there?')] }));
    expect(await webhook(body, { traceparent: traceParent(trace) })).toBe(200);
    const spans = await collector.trace(trace, [
      'POST /api/meta/webhook/events',
      'process webhook deliveries',
      'tell endpoint-deliveries',
    ]);
    const request = spans.find(({ kind }) => kind === SERVER);
    expect(request).toMatchObject({ parentSpanId: CALLER, attributes: { 'http.response.status_code': 200 } });
    expect(spans.find(({ name }) => name === 'process webhook deliveries')?.parentSpanId).toBe(
      request?.spanId,
    );
  });

  it('of many deliveries in one batch link the batch to each, and mark in each that it was processed', async () => {
    const channel = { ...A_CHANNEL, phoneNumberId: me.phoneNumberId };
    const traces = Array.from({ length: 40 }, aTrace);
    await Promise.all(
      traces.map((trace, index) =>
        webhook(JSON.stringify(aMessagesChange(channel, { messages: [aTextMessage(`Message ${index}`)] })), {
          traceparent: traceParent(trace),
        }),
      ),
    );
    await Promise.all(traces.map((trace) => collector.trace(trace, [/^process webhook deliver/])));
    const batch = collector
      .named('process webhook deliveries')
      .find(({ links }) => links.some(({ traceId }) => traces.includes(traceId)));
    expect(batch?.links.length).toBeGreaterThan(1);
    for (const { traceId } of batch?.links ?? [])
      expect(
        collector.ofTrace(traceId).find(({ name }) => name === 'process webhook delivery')?.links,
      ).toMatchObject([{ traceId: batch?.traceId, spanId: batch?.spanId }]);
  });

  it.each([
    'garbage',
    `00-${'0'.repeat(32)}-${CALLER}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `ff-${TRACE}-${CALLER}-01`,
    `00-${TRACE.toUpperCase()}-${CALLER}-01`,
    `00-${TRACE}-${CALLER}-01-${'x'.repeat(5_000)}`,
    `00-${TRACE}-${CALLER}-01,00-${TRACE}-${CALLER}-01`,
  ])('begin anew where the caller sends %.60s', async (header) => {
    const before = collector.named('GET /api/auth/me').length;
    const answer = await me.client.with({ traceparent: header }).get('/api/auth/me');
    expect(answer.status).toBe(200);
    const spans = await eventually(
      () => collector.named('GET /api/auth/me'),
      (found) => found.length > before,
    );
    expect(spans.at(-1)?.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(spans.at(-1)?.traceId).not.toBe(TRACE);
    expect(spans.at(-1)?.parentSpanId ?? '').toBe('');
  });

  it('are not recorded where the caller says that it records nothing', async () => {
    const trace = aTrace();
    await me.client.with({ traceparent: `00-${trace}-${CALLER}-00` }).get('/api/auth/me');
    const later = aTrace();
    await me.client.with({ traceparent: traceParent(later) }).get('/api/auth/me');
    await collector.trace(later, ['GET /api/auth/me']);
    expect(collector.ofTrace(trace)).toEqual([]);
  });

  it('name routes, and neither ids nor queries, texts, numbers or credentials', async () => {
    await me.client.get('/api/meta/conversations/0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10?canary=query-canary');
    await me.client.get('/api/no-such-thing/path-canary');
    await app.api.withApiKey('mbb_key-canary').get('/api/auth/me');
    const trace = aTrace();
    await me.client.with({ traceparent: traceParent(trace) }).get('/api/auth/me');
    await collector.trace(trace, ['GET /api/auth/me']);
    expect(collector.named('GET /api/meta/conversations/:id')).not.toEqual([]);
    expect(collector.text).not.toMatch(/canary|0199f3a2-7c1e|Your parcel|anybody there|test-app-secret|EAA/);
    expect(collector.text).not.toContain(CUSTOMER.slice(1));
  });

  it('say which service they are of, to a collector that is given its headers', () => {
    expect(collector.resource).toMatchObject({
      'service.name': 'inbox-of-ada',
      'deployment.environment.name': 'test',
    });
    expect(collector.headers[0]?.authorization).toBe('Bearer collector-key');
  });

  it('are not told to Meta', () => {
    const calls = JSON.stringify(sandboxOf(app).calls({}));
    expect(calls).not.toContain('traceparent');
  });

  it('are dropped while the collector is away, and nothing else suffers', async () => {
    collector.status = 503;
    const trace = aTrace();
    await me.client.with({ traceparent: traceParent(trace) }).get('/api/auth/me');
    const id = await sent(me.client, aText('While nobody watches'));
    await messageWhen(me.client, id, withStatus('accepted', 'sent', 'delivered', 'read'));
    await eventually(
      () => log.lines.filter(({ msg }) => msg?.includes('collector does not take traces')),
      (lines) => lines.length === 1,
      { timeoutMs: 40_000 },
    );
    collector.status = 200;
    const later = aTrace();
    await me.client.with({ traceparent: traceParent(later) }).get('/api/auth/me');
    await collector.trace(later, ['GET /api/auth/me']);
  });
});
