import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { type AccountId, isUuid } from '../database/ids';

/** Which file a link opens. */
export interface LinkedFile {
  accountId: AccountId;
  uploadId: string;
}

const PATH = '/api/meta/public-media';
/** Meta looks at the ending of some addresses before it looks at the file. */
const ENDINGS: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'video/mp4': 'mp4',
  'video/quicktime': 'mov',
  'audio/mpeg': 'mp3',
  'audio/mp4': 'm4a',
  'application/pdf': 'pdf',
};
const SIGNATURE_BYTES = 32;
const ID_BYTES = 16;
const EXPIRY_BYTES = 6;

/**
 * Addresses under which Meta fetches one uploaded file without a credential, for a while. Nothing of them is stored: a link
 * holds which file it opens and until when, signed with a key that serves nothing else. It cannot be guessed or prolonged.
 */
@Injectable()
export class PublicMediaLinks {
  private readonly keys: readonly Buffer[];

  constructor(private readonly config: AppConfig) {
    // Links that were made under an earlier first key go on working.
    this.keys = config.env.ENCRYPTION_KEYS.map((entry) => keyFrom(entry.slice(entry.indexOf(':') + 1)));
  }

  /** @param mimeType of the file, which gives the address its ending */
  linkTo({ accountId, uploadId }: LinkedFile, mimeType: string, expiresAt: Date): string {
    const [key] = this.keys;
    if (key === undefined) throw new Error('No key to sign links with');
    const claims = Buffer.concat([idBytes(accountId), idBytes(uploadId), expiryBytes(expiresAt)]);
    const token = Buffer.concat([claims, signatureOf(claims, key)]).toString('base64url');
    const ending = ENDINGS[mimeType];
    return `${this.config.publicUrl}${PATH}/${token}${ending === undefined ? '' : `.${ending}`}`;
  }

  /** @returns null for what was not signed here, or is over */
  open(name: string, now: Date): LinkedFile | null {
    const token = Buffer.from(name.replace(/\.[a-z0-9]{1,5}$/, ''), 'base64url');
    const length = 2 * ID_BYTES + EXPIRY_BYTES;
    if (token.length !== length + SIGNATURE_BYTES) return null;
    const claims = token.subarray(0, length);
    const given = token.subarray(length);
    const isSigned = this.keys.map((key) => timingSafeEqual(signatureOf(claims, key), given)).includes(true);
    if (!isSigned || claims.readUIntBE(2 * ID_BYTES, EXPIRY_BYTES) <= now.getTime()) return null;
    return {
      accountId: idText(claims.subarray(0, ID_BYTES)) as AccountId,
      uploadId: idText(claims.subarray(ID_BYTES, 2 * ID_BYTES)),
    };
  }
}

/** A key of its own, so that nothing else that is made with an encryption key can pass for a link. */
function keyFrom(encryptionKey: string): Buffer {
  return Buffer.from(
    hkdfSync('sha256', Buffer.from(encryptionKey, 'base64'), '', 'media/public-links/v1', SIGNATURE_BYTES),
  );
}

function signatureOf(claims: Buffer, key: Buffer): Buffer {
  return createHmac('sha256', key).update(claims).digest();
}

function idBytes(id: string): Buffer {
  if (!isUuid(id)) throw new TypeError('Only files with an id of ours can be linked to');
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}

function idText(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function expiryBytes(expiresAt: Date): Buffer {
  const bytes = Buffer.alloc(EXPIRY_BYTES);
  bytes.writeUIntBE(expiresAt.getTime(), 0, EXPIRY_BYTES);
  return bytes;
}
