import {
  createDecipheriv,
  createCipheriv,
  constants,
  generateKeyPairSync,
  privateDecrypt,
} from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

import { isObject, parseJson, textOf, type JsonObject } from '../json';
import { changesOf, TestClient } from '../test-client';
import { signatureHeaders } from '../webhooks/webhook-bytes';
import { SEED } from '../world-seed';

const PHONE = `/${SEED.phoneNumberId}`;
const FLOWS = `/${SEED.wabaId}/flows`;
const GOOD = {
  version: '6.0',
  screens: [
    {
      id: 'WELCOME',
      title: 'Welcome',
      terminal: true,
      layout: {
        type: 'SingleColumnLayout',
        children: [
          { type: 'TextHeading', text: 'Hello' },
          { type: 'Footer', label: 'Done', 'on-click-action': { name: 'complete', payload: {} } },
        ],
      },
    },
  ],
};
const WITH_ENDPOINT = { ...GOOD, data_api_version: '3.0', routing_model: { WELCOME: [] } };

describe('flows', () => {
  let client: TestClient;
  beforeEach(async () => {
    client = await TestClient.start();
  });
  afterEach(() => client.close());

  const create = (more: JsonObject = {}) =>
    client.post(FLOWS, { name: 'Survey', categories: ['SURVEY'], ...more });
  const upload = (id: string, text: string) => {
    const form = new FormData();
    form.append('name', 'flow.json');
    form.append('asset_type', 'FLOW_JSON');
    form.append('file', new Blob([text], { type: 'application/json' }), 'flow.json');
    return client.request('POST', `/${id}/assets`, { body: form });
  };

  it('go from draft over publishing to their end', async () => {
    const callback = await client.subscribe('flows');
    const made = await create();
    expect(made.json).toMatchObject({ success: true, validation_errors: [] });
    const id = made.json.id as string;
    expect((await create()).error).toMatchObject({ code: 100 });
    expect((await client.post(`/${id}/publish`)).error).toMatchObject({ code: 139002 });
    expect((await upload(id, JSON.stringify(GOOD))).json).toEqual({ success: true, validation_errors: [] });
    expect((await client.post(`/${id}/publish`)).json).toEqual({ success: true });
    expect((await upload(id, JSON.stringify(GOOD))).error).toMatchObject({ code: 139001 });
    expect((await client.delete(`/${id}`)).error).toMatchObject({ code: 139004 });
    expect((await client.post(`/${id}/deprecate`)).json).toEqual({ success: true });
    expect((await client.post(`/${id}/deprecate`)).error).toMatchObject({ code: 139003 });
    await client.control.waitUntilIdle();
    expect(changesOf(callback).map(({ value }) => value)).toMatchObject([
      { event: 'FLOW_STATUS_CHANGE', flow_id: id, old_status: 'DRAFT', new_status: 'PUBLISHED' },
      { event: 'FLOW_STATUS_CHANGE', old_status: 'PUBLISHED', new_status: 'DEPRECATED' },
    ]);
  });

  it('are told what is wrong in their text, with line and column', async () => {
    const { id } = (await create()).json as { id: string };
    const text = [
      '{',
      '  "version": "6.0",',
      '  "screens": [{',
      '    "id": "WELCOME", "terminal": true, "colour": "red",',
      '    "layout": { "type": "SingleColumnLayout", "children": [',
      '      { "type": "TextHeadin", "text": "Hello" },',
      '      { "type": "Footer", "label": "Go", "on-click-action": { "name": "navigate", "next": { "name": "NOWHERE" } } }',
      '    ] }',
      '  }]',
      '}',
    ].join('\n');
    const { json } = await upload(id, text);
    expect(json.success).toBe(false);
    expect(json.validation_errors).toMatchObject([
      { error: 'INVALID_PROPERTY', line_start: 4, column_start: 40 },
      {
        error: 'INVALID_PROPERTY_VALUE',
        line_start: 6,
        column_start: 17,
        column_end: 29,
        pointers: [{ path: 'screens[0].layout.children[0].type' }],
      },
      { error: 'INVALID_NAVIGATE_ACTION_NEXT_SCREEN_NAME', line_start: 7 },
    ]);
    expect((await client.get(`/${id}?fields=validation_errors,status`)).json).toMatchObject({
      status: 'DRAFT',
    });
    const broken = await upload(id, '{\n  "version": }');
    expect(broken.json.validation_errors).toMatchObject([{ error: 'INVALID_JSON', line_start: 2 }]);
  });

  it('can be listed, read, renamed, copied, previewed and deleted', async () => {
    const made = await create({ flow_json: JSON.stringify(GOOD), publish: true });
    const id = made.json.id as string;
    expect((await client.get(FLOWS)).json.data).toEqual([
      { id, name: 'Survey', status: 'PUBLISHED', categories: ['SURVEY'], validation_errors: [] },
    ]);
    const copy = (await create({ name: 'Copy', clone_flow_id: id })).json.id as string;
    await client.post(`/${copy}`, { name: 'Renamed', categories: ['OTHER'] });
    const fields =
      'id,name,status,json_version,preview.invalidate(false),health_status,whatsapp_business_account';
    expect((await client.get(`/${copy}?fields=${fields},application`)).json).toMatchObject({
      name: 'Renamed',
      status: 'DRAFT',
      json_version: '6.0',
      preview: { preview_url: expect.stringContaining(copy), expires_at: expect.stringContaining('+0000') },
      health_status: { entities: [{ entity_type: 'FLOW' }, {}, {}, {}] },
      application: { id: SEED.appId },
    });
    const assets = (await client.get(`/${copy}/assets`)).json.data;
    const asset = Array.isArray(assets) && isObject(assets[0]) ? assets[0] : {};
    expect(asset).toMatchObject({ name: 'flow.json', asset_type: 'FLOW_JSON' });
    expect(await (await fetch(textOf(asset.download_url) ?? '')).json()).toEqual(GOOD);
    expect((await client.delete(`/${copy}`)).json).toEqual({ success: true });
    expect((await client.get(`/${copy}`)).error).toMatchObject({ code: 100, error_subcode: 33 });
  });

  it('are throttled, blocked and watched', async () => {
    const callback = await client.subscribe('flows');
    const id = (await create({ flow_json: JSON.stringify(GOOD), publish: true })).json.id as string;
    client.control.setFlowStatus({ flowId: id, status: 'THROTTLED' });
    client.control.playFlowAlert({ flowId: id, event: 'ENDPOINT_LATENCY' });
    await client.control.waitUntilIdle();
    expect(changesOf(callback).map(({ value }) => value)).toMatchObject([
      { new_status: 'PUBLISHED' },
      { new_status: 'THROTTLED' },
      { event: 'ENDPOINT_LATENCY', p90_latency: 8000, alert_state: 'ACTIVATED' },
    ]);
  });

  describe('with an endpoint', () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    let endpoint: http.Server;
    let url: string;
    let answer: (request: JsonObject) => { status?: number; body: JsonObject };
    beforeEach(async () => {
      answer = (request) => ({
        body:
          request.action === 'ping'
            ? { data: { status: 'active' } }
            : { screen: 'NEXT', data: { got: request } },
      });
      endpoint = http.createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const raw = Buffer.concat(chunks);
          const wanted = signatureHeaders(raw, SEED.appSecret)['x-hub-signature-256'];
          const result =
            request.headers['x-hub-signature-256'] === wanted
              ? handle(raw, privateKey, answer)
              : { status: 432, text: '' };
          response.statusCode = result.status;
          response.end(result.text);
        });
      });
      await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
      url = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/flow`;
    });
    afterEach(() => {
      endpoint.closeAllConnections();
      endpoint.close();
    });

    it('go out only when it answers the health check under a signed key', async () => {
      const made = await create({ flow_json: JSON.stringify(WITH_ENDPOINT) });
      const path = `/${made.json.id as string}`;
      const publish = () => client.post(`${path}/publish`);
      expect((await publish()).error).toMatchObject({ code: 139002 });
      await client.post(path, { endpoint_uri: url });
      expect((await publish()).error).toMatchObject({ code: 139002 });
      const key = `${PHONE}/whatsapp_business_encryption`;
      expect((await client.post(key, { business_public_key: 'nonsense' })).error).toMatchObject({
        code: 100,
      });
      await client.post(key, { business_public_key: publicKey });
      expect((await client.get(key)).json).toEqual({
        data: [{ business_public_key: publicKey, business_public_key_signature_status: 'VALID' }],
      });
      answer = () => ({ body: { data: {} } });
      expect((await publish()).error).toMatchObject({ code: 139002 });
      answer = () => ({ body: { data: { status: 'active' } } });
      expect((await publish()).json).toEqual({ success: true });
    });

    it('ask it encrypted and signed, and read its answer', async () => {
      await client.post(`${PHONE}/whatsapp_business_encryption`, { business_public_key: publicKey });
      const made = await create({ flow_json: JSON.stringify(WITH_ENDPOINT), endpoint_uri: url });
      const flowId = made.json.id as string;
      const call = {
        flowId,
        action: 'data_exchange',
        screen: 'WELCOME',
        flowToken: 't-1',
        data: { a: 'ü' },
      } as const;
      expect(await client.control.callFlowEndpoint(call)).toMatchObject({
        status: 200,
        outcome: 'answered',
        response: {
          screen: 'NEXT',
          data: {
            got: {
              version: '3.0',
              action: 'data_exchange',
              screen: 'WELCOME',
              flow_token: 't-1',
              data: { a: 'ü' },
            },
          },
        },
      });
      const stale = await client.control.callFlowEndpoint({ ...call, disturb: 'stale-key' });
      expect(stale).toMatchObject({ status: 200, outcome: 'key-refreshed' });
      const forged = await client.control.callFlowEndpoint({ ...call, disturb: 'bad-signature' });
      expect(forged).toMatchObject({ status: 432, outcome: 'signature-refused' });
      answer = () => ({ status: 427, body: { error_msg: 'The order is closed.' } });
      expect(await client.control.callFlowEndpoint(call)).toMatchObject({
        outcome: 'token-invalid',
        response: { error_msg: 'The order is closed.' },
      });
    });
  });
});

/** The business's side, written from Meta's description alone. */
function handle(
  raw: Buffer,
  privateKey: string,
  answer: (request: JsonObject) => { status?: number; body: JsonObject },
): { status: number; text: string } {
  const body = parseJson(raw.toString());
  const part = (name: string) =>
    Buffer.from((isObject(body) ? textOf(body[name]) : undefined) ?? '', 'base64');
  try {
    const key = privateDecrypt(
      { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
      part('encrypted_aes_key'),
    );
    const iv = part('initial_vector');
    const data = part('encrypted_flow_data');
    const decipher = createDecipheriv('aes-128-gcm', key, iv);
    decipher.setAuthTag(data.subarray(-16));
    const text = Buffer.concat([decipher.update(data.subarray(0, -16)), decipher.final()]).toString();
    const request = parseJson(text);
    const { status = 200, body: reply } = answer(isObject(request) ? request : {});
    const cipher = createCipheriv('aes-128-gcm', key, Buffer.from(iv.map((byte) => byte ^ 0xff)));
    const sealed = Buffer.concat([cipher.update(JSON.stringify(reply)), cipher.final(), cipher.getAuthTag()]);
    return { status, text: sealed.toString('base64') };
  } catch {
    return { status: 421, text: '' };
  }
}
