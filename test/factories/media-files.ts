import { randomBytes } from 'node:crypto';
import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';

export const MEDIA = '/api/meta/whatsapp/media';
const MEGABYTE = 1024 * 1024;

export interface MediaView {
  id: string;
  accountId: string;
  origin: string;
  status: string;
  kind: string | null;
  mimeType: string | null;
  size: number | null;
  sha256: string | null;
  fileName: string | null;
  isSuspect: boolean;
  url: string | null;
  messageId: string | null;
  error: { code: string } | null;
  expiresAt: string | null;
}

const filled = (head: Buffer | string, size: number): Buffer => {
  const start = Buffer.from(head);
  return Buffer.concat([start, randomBytes(Math.max(0, size - start.length))]);
};

/** Files that begin as those of their type do; the rest is noise. */
export const aJpeg = (size = 20_000): Buffer =>
  filled(Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'), size);
export const aPng = (size = 20_000): Buffer =>
  filled(Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), size);
export const aGif = (): Buffer => filled('GIF89a', 500);
export const anMp4 = (size = 20_000): Buffer =>
  filled(Buffer.concat([Buffer.from('0000002066747970', 'hex'), Buffer.from('isom')]), size);
export const anMp3 = (size = 20_000): Buffer => filled(Buffer.from('494433030000', 'hex'), size);
export const anOpus = (size = 20_000): Buffer =>
  filled(
    Buffer.concat([
      Buffer.from('OggS'),
      Buffer.from([0, 2]),
      Buffer.alloc(20),
      Buffer.from([1, 19]),
      Buffer.from('OpusHead'),
    ]),
    size,
  );
export const aPdf = (size = 20_000): Buffer => filled('%PDF-1.7\n', size);

export function aWebp(size: number, isAnimated = false): Buffer {
  const bytes = randomBytes(size);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(size - 8, 4);
  bytes.write('WEBPVP8X', 8, 'latin1');
  bytes.writeUInt32LE(10, 16);
  bytes.writeUInt8(isAnimated ? 0x02 : 0, 20);
  return bytes;
}

export const PAGE = '<!DOCTYPE html><html><body><script>alert(document.cookie)</script></body></html>';
export const TOO_LARGE_IMAGE = 5 * MEGABYTE + 1;

/** Uploads as a browser does. */
export async function upload(
  client: ApiClient,
  bytes: Buffer,
  type: string,
  fields: Record<string, string> = {},
  name = 'a file',
): Promise<ApiAnswer<ApiBody<MediaView>>> {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) form.set(field, value);
  form.set('file', new Blob([new Uint8Array(bytes)], { type }), name);
  return client.raw<MediaView>(MEDIA, { method: 'POST', body: form });
}

/** @returns our id */
export async function uploaded(client: ApiClient, bytes: Buffer, type: string): Promise<string> {
  const answer = await upload(client, bytes, type);
  if (answer.status !== 201) throw new Error(`Uploading answered ${answer.status}: ${answer.text}`);
  return answer.body.data.id;
}
