import { constants, createCipheriv, createDecipheriv, publicEncrypt, randomBytes } from 'node:crypto';
import {
  type FlowKeyPair,
  generateFlowKeyPair,
  openFlowRequest,
  readSealedRequest,
  sealFlowAnswer,
} from './flow-encryption';

/** A phone: what Meta's guide says that it does, with nothing of the code under test. */
function phone(publicKey: string, aesKey = randomBytes(16), iv = randomBytes(16)) {
  const algorithm = aesKey.length === 32 ? 'aes-256-gcm' : 'aes-128-gcm';
  return {
    request(text: string): Buffer {
      const cipher = createCipheriv(algorithm, aesKey, iv);
      const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      const key = publicEncrypt(
        { key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
        aesKey,
      );
      return Buffer.from(
        JSON.stringify({
          encrypted_flow_data: data.toString('base64'),
          encrypted_aes_key: key.toString('base64'),
          initial_vector: iv.toString('base64'),
        }),
      );
    },
    read(answer: string): unknown {
      const bytes = Buffer.from(answer, 'base64');
      const flipped = Buffer.from(iv.map((byte) => ~byte & 0xff));
      const decipher = createDecipheriv(algorithm, aesKey, flipped);
      decipher.setAuthTag(bytes.subarray(-16));
      const text = Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]);
      return JSON.parse(text.toString('utf8'));
    },
  };
}

describe('the encryption of flows', () => {
  let keys: FlowKeyPair;
  let others: FlowKeyPair;
  beforeAll(async () => {
    [keys, others] = await Promise.all([generateFlowKeyPair(), generateFlowKeyPair()]);
  });

  const open = (body: Buffer, privateKeys = [keys.privateKey]) => {
    const sealed = readSealedRequest(body);
    return sealed === null ? null : openFlowRequest(sealed, privateKeys);
  };

  it.each([16, 32])('is understood both ways with a key of %i bytes', (size) => {
    const client = phone(keys.publicKey, randomBytes(size));
    const opened = open(client.request('{"action":"INIT","name":"Zoë 🚗"}'));
    expect(opened?.text).toBe('{"action":"INIT","name":"Zoë 🚗"}');
    if (opened === null) return;
    expect(client.read(sealFlowAnswer(opened, { screen: 'DONE', data: { name: 'Zoë' } }))).toEqual({
      screen: 'DONE',
      data: { name: 'Zoë' },
    });
  });

  it('is understood with an older key, and with no stranger’s', () => {
    const client = phone(others.publicKey);
    expect(open(client.request('{}'), [keys.privateKey, others.privateKey])?.text).toBe('{}');
    expect(open(client.request('{}'))).toBeNull();
    expect(open(client.request('{}'), [])).toBeNull();
  });

  it('does not take what was changed on its way', () => {
    const body = JSON.parse(phone(keys.publicKey).request('{"a":1}').toString()) as Record<string, string>;
    const data = Buffer.from(body.encrypted_flow_data ?? '', 'base64');
    data[0] = (data[0] ?? 0) ^ 1;
    const changed = { ...body, encrypted_flow_data: data.toString('base64') };
    expect(open(Buffer.from(JSON.stringify(changed)))).toBeNull();
    expect(open(Buffer.from(JSON.stringify({ ...body, initial_vector: 'AA==' })))).toBeNull();
    expect(open(Buffer.from(JSON.stringify({ ...body, encrypted_aes_key: 'AAAA' })))).toBeNull();
    expect(open(Buffer.from(JSON.stringify({ ...body, encrypted_flow_data: 'AAAA' })))).toBeNull();
  });

  it.each(['', 'null', '[]', '{"encrypted_flow_data":1}', '{"encrypted_flow_data":"AA=="}'])(
    'is not seen in %s',
    (text) => {
      expect(readSealedRequest(Buffer.from(text))).toBeNull();
    },
  );
});
