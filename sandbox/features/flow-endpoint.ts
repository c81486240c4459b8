import {
  constants,
  createCipheriv,
  createDecipheriv,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';

import type { SandboxContext } from '../context';
import { isObject, parseJson, type JsonObject, type JsonValue } from '../json';
import type { OutgoingAnswer } from '../graph/outgoing-http';
import { signatureHeaders } from '../webhooks/webhook-bytes';
import type { FlowRecord } from '../whatsapp-accounts/whatsapp-records';
import type { PhoneRecord } from '../world';

/** What WhatsApp asks a flow's endpoint. */
export interface FlowEndpointCall {
  flowId: string;
  /** Whose key encrypts; the first number of the flow's account where left out. */
  phoneNumberId?: string;
  action?: 'INIT' | 'BACK' | 'data_exchange' | 'ping';
  screen?: string;
  data?: JsonObject;
  flowToken?: string;
  version?: string;
  /** Tells an error of the screen before, as the client does when an answer was of no use. */
  error?: { error: string; errorMessage: string };
  /** A client that holds a key of yesterday, or somebody who is not WhatsApp. */
  disturb?: 'stale-key' | 'bad-signature' | 'no-signature' | 'damaged-data';
  url?: string;
}

export interface FlowEndpointResult {
  /** HTTP status; null where there was no answer in time. */
  status: number | null;
  /** What the client makes of it. */
  outcome: 'answered' | 'key-refreshed' | 'token-invalid' | 'signature-refused' | 'error' | 'timeout';
  /** The decrypted answer. */
  response: JsonValue | null;
  /** The body as it came. */
  body: string;
}

/** An endpoint has ten seconds. */
const TIMEOUT_MS = 10_000;
const TAG_BYTES = 16;
const KEY_BYTES = 16;

/** Calls the endpoint as WhatsApp does. A 421 makes the client fetch the key anew and ask once more. */
export async function callFlowEndpoint(
  context: SandboxContext,
  call: FlowEndpointCall,
): Promise<FlowEndpointResult> {
  const flow = context.world.get('flow', call.flowId);
  const phone = phoneFor(context, flow, call.phoneNumberId);
  const first = await ask(context, flow, phone, call);
  if (first.status !== 421 || call.disturb !== 'stale-key') return first;
  const { disturb: _stale, ...again } = call;
  const second = await ask(context, flow, phone, again);
  return second.outcome === 'answered' ? { ...second, outcome: 'key-refreshed' } : second;
}

/** Whether the endpoint answers a health check as it must. */
export async function endpointIsHealthy(context: SandboxContext, flow: FlowRecord): Promise<boolean> {
  const phone = context.world.phonesOf(flow.wabaId).find(({ encryptionKey }) => encryptionKey !== null);
  if (!phone) return false;
  const { response } = await ask(context, flow, phone, { flowId: flow.id, action: 'ping' });
  return isObject(response) && isObject(response.data) && response.data.status === 'active';
}

function phoneFor({ world }: SandboxContext, flow: FlowRecord, phoneId: string | undefined): PhoneRecord {
  if (phoneId !== undefined) return world.get('phone', phoneId);
  const phones = world.phonesOf(flow.wabaId);
  const phone = phones.find(({ encryptionKey }) => encryptionKey !== null) ?? phones[0];
  if (!phone) throw new Error('The account of the flow has no phone number.');
  return phone;
}

async function ask(
  context: SandboxContext,
  flow: FlowRecord,
  phone: PhoneRecord,
  call: FlowEndpointCall,
): Promise<FlowEndpointResult> {
  const url = call.url ?? flow.endpointUri;
  if (url === null) throw new Error('The flow has no endpoint_uri.');
  if (phone.encryptionKey === null) throw new Error('The phone number has no public key for flows.');
  const pem = call.disturb === 'stale-key' ? strangeKey() : phone.encryptionKey;
  const sealed = seal(JSON.stringify(payloadOf(flow, call)), pem, call.disturb === 'damaged-data');
  const body = Buffer.from(JSON.stringify(sealed.body));
  const secret = context.world.get('app', flow.applicationId ?? context.world.first('app').id).secret;
  const signature =
    call.disturb === 'no-signature'
      ? {}
      : signatureHeaders(body, call.disturb === 'bad-signature' ? `${secret}x` : secret);
  try {
    const answer = await context.http.send({
      method: 'POST',
      url,
      headers: {
        'content-type': 'application/json',
        'content-length': String(body.length),
        'user-agent': 'facebookexternalua',
        ...signature,
      },
      body,
      timeoutMs: TIMEOUT_MS,
    });
    return readAnswer(answer, sealed);
  } catch (error) {
    return { status: null, outcome: 'timeout', response: null, body: String(error) };
  }
}

function payloadOf(flow: FlowRecord, call: FlowEndpointCall): JsonObject {
  const version = call.version ?? flow.dataApiVersion ?? '3.0';
  if (call.action === 'ping') return { version, action: 'ping' };
  const common: JsonObject = {
    version,
    action: call.action ?? 'INIT',
    flow_token: call.flowToken ?? 'unused',
  };
  if (call.error) {
    return { ...common, data: { error: call.error.error, error_message: call.error.errorMessage } };
  }
  return { ...common, screen: call.screen ?? '', data: call.data ?? {} };
}

interface Sealed {
  body: JsonObject;
  key: Buffer;
  iv: Buffer;
}

function seal(text: string, pem: string, damage: boolean): Sealed {
  const key = randomBytes(KEY_BYTES);
  const iv = randomBytes(KEY_BYTES);
  const cipher = createCipheriv('aes-128-gcm', key, iv);
  const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  if (damage) data[0] = (data[0] ?? 0) ^ 1;
  const encryptedKey = publicEncrypt(
    { key: pem, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
    key,
  );
  const body = {
    encrypted_flow_data: data.toString('base64'),
    encrypted_aes_key: encryptedKey.toString('base64'),
    initial_vector: iv.toString('base64'),
  };
  return { body, key, iv };
}

function readAnswer({ status, body }: OutgoingAnswer, sealed: Sealed): FlowEndpointResult {
  const response = open(body, sealed);
  if (status === 427) return { status, outcome: 'token-invalid', response, body };
  if (status === 432) return { status, outcome: 'signature-refused', response, body };
  const isAnswer = status === 200 && response !== null;
  return { status, outcome: isAnswer ? 'answered' : 'error', response, body };
}

/** The answer is sealed with the same key, and the vector with every bit turned over. */
function open(body: string, { key, iv }: Sealed): JsonValue | null {
  const bytes = Buffer.from(body, 'base64');
  if (bytes.length <= TAG_BYTES) return null;
  const flipped = Buffer.from(iv.map((byte) => ~byte & 0xff));
  const decipher = createDecipheriv('aes-128-gcm', key, flipped);
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const text = Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]);
    return parseJson(text.toString('utf8')) ?? null;
  } catch {
    return null;
  }
}

function strangeKey(): string {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}
