import {
  constants,
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  generateKeyPair,
  privateDecrypt,
  type KeyObject,
} from 'node:crypto';
import { promisify } from 'node:util';
import { isRecord } from '../meta-values';

const TAG_BYTES = 16;
/** What Meta asks for. */
const RSA_BITS = 2048;
const CIPHERS: Readonly<Record<number, 'aes-128-gcm' | 'aes-256-gcm'>> = {
  16: 'aes-128-gcm',
  32: 'aes-256-gcm',
};

/** Both in PEM. */
export interface FlowKeyPair {
  publicKey: string;
  privateKey: string;
}

/** A request of WhatsApp's to a flow's endpoint, as it comes. */
export interface SealedFlowRequest {
  data: Buffer;
  key: Buffer;
  iv: Buffer;
}

/** The request in clear, with what its answer is sealed with. */
export interface OpenedFlowRequest {
  text: string;
  aesKey: Buffer;
  iv: Buffer;
}

/** Takes a good part of a second of one core: it does so beside the event loop. */
export async function generateFlowKeyPair(): Promise<FlowKeyPair> {
  return promisify(generateKeyPair)('rsa', {
    modulusLength: RSA_BITS,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

/** null where it is no such request. */
export function readSealedRequest(body: Buffer): SealedFlowRequest | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
  const read = (name: string): Buffer | null => {
    const value = isRecord(parsed) ? parsed[name] : undefined;
    return typeof value === 'string' && value !== '' ? Buffer.from(value, 'base64') : null;
  };
  const [data, key, iv] = [read('encrypted_flow_data'), read('encrypted_aes_key'), read('initial_vector')];
  return data === null || key === null || iv === null ? null : { data, key, iv };
}

/**
 * The AES key is under RSA-OAEP with SHA-256, the request under AES-GCM with its tag at the end.
 * Source: Meta's guide to endpoints of flows.
 * @returns null where none of the keys opens it
 */
export function openFlowRequest(
  { data, key, iv }: SealedFlowRequest,
  privateKeys: readonly string[],
): OpenedFlowRequest | null {
  if (data.length <= TAG_BYTES || iv.length === 0) return null;
  for (const pem of privateKeys) {
    const aesKey = unwrap(key, createPrivateKey(pem));
    const cipher = aesKey === null ? undefined : CIPHERS[aesKey.length];
    if (aesKey === null || cipher === undefined) continue;
    try {
      const decipher = createDecipheriv(cipher, aesKey, iv, { authTagLength: TAG_BYTES });
      decipher.setAuthTag(data.subarray(-TAG_BYTES));
      const text = Buffer.concat([decipher.update(data.subarray(0, -TAG_BYTES)), decipher.final()]);
      return { text: text.toString('utf8'), aesKey, iv };
    } catch {
      continue;
    }
  }
  return null;
}

/** The answer, in base64: the same key, and the vector with all of its bits turned over. */
export function sealFlowAnswer({ aesKey, iv }: OpenedFlowRequest, answer: unknown): string {
  const flipped = Buffer.from(iv.map((byte) => byte ^ 0xff));
  const cipher = createCipheriv(CIPHERS[aesKey.length] ?? 'aes-128-gcm', aesKey, flipped, {
    authTagLength: TAG_BYTES,
  });
  const sealed = [cipher.update(JSON.stringify(answer), 'utf8'), cipher.final(), cipher.getAuthTag()];
  return Buffer.concat(sealed).toString('base64');
}

function unwrap(wrapped: Buffer, key: KeyObject): Buffer | null {
  try {
    return privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, wrapped);
  } catch {
    return null;
  }
}
