import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { AppError } from '../errors/app.error';

/** A stored secret does not open: its key is no longer configured, it was altered, or it belongs to another row. */
export class TokenUndecryptableError extends AppError {
  readonly code = 'SERVER_ERROR';
  readonly status = 500;

  /** @param keyId which of ENCRYPTION_KEYS it names; null when the text is not ours at all */
  constructor(readonly keyId: string | null) {
    super(
      keyId === null
        ? 'A stored secret is not in the form this service writes.'
        : `A stored secret could not be decrypted with encryption key "${keyId}".`,
    );
  }
}

const VERSION = 'v1';
const NONCE_BYTES = 12; // what GCM is specified for; longer ones are hashed down and gain nothing
const TAG_BYTES = 16;
// A key id may hold dots, the two parts behind it cannot, so this reads in one way only.
const STORED = /^v1\.([A-Za-z0-9_.-]{1,32})\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]+)$/;

interface Parts {
  keyId: string;
  nonce: Buffer;
  ciphertext: Buffer;
  tag: Buffer;
}

/**
 * Keeps secrets unreadable in the database: AES-256-GCM with a random nonce, the key's id in the stored text so that
 * several keys work at once, and the place it is stored at as associated data.
 *
 * `context` names that place for good, as in `meta_accounts:<row id>:access_token`: a ciphertext copied to another row
 * or column does not decrypt. Stored form: `v1.<key id>.<nonce>.<ciphertext and tag>`, the last two in base64url.
 */
@Injectable()
export class TokenCipher {
  readonly #keys: ReadonlyMap<string, Buffer>;
  readonly #currentKeyId: string;

  constructor(config: AppConfig) {
    const keys = config.env.ENCRYPTION_KEYS.map((entry): [string, Buffer] => {
      const colon = entry.indexOf(':');
      return [entry.slice(0, colon), Buffer.from(entry.slice(colon + 1), 'base64')];
    });
    const first = keys[0];
    if (first === undefined) throw new Error('ENCRYPTION_KEYS holds no key');
    this.#currentKeyId = first[0];
    this.#keys = new Map(keys);
  }

  /** @throws Error for an empty plaintext: an empty secret is always a mistake, and would overwrite a good one */
  encrypt(plaintext: string, context: string): string {
    if (plaintext === '') throw new Error(`Refusing to encrypt an empty secret for ${context}`);
    const key = this.keyOf(this.#currentKeyId);
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(associatedData(this.#currentKeyId, context));
    const sealed = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return [VERSION, this.#currentKeyId, nonce.toString('base64url'), sealed.toString('base64url')].join('.');
  }

  /** @throws TokenUndecryptableError when the key is unknown, anything was altered, or `context` is another one */
  decrypt(stored: string, context: string): string {
    const { keyId, nonce, ciphertext, tag } = parseStored(stored);
    const key = this.keyOf(keyId);
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(associatedData(keyId, context));
      decipher.setAuthTag(tag);
      return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8');
    } catch {
      throw new TokenUndecryptableError(keyId);
    }
  }

  /** Whether it was encrypted under another key than the one that encrypts now. */
  needsReencryption(stored: string): boolean {
    return parseStored(stored).keyId !== this.#currentKeyId;
  }

  /** The same secret under the current key. @throws TokenUndecryptableError as `decrypt` does */
  reencrypt(stored: string, context: string): string {
    return this.encrypt(this.decrypt(stored, context), context);
  }

  private keyOf(keyId: string): Buffer {
    const key = this.#keys.get(keyId);
    if (key === undefined) throw new TokenUndecryptableError(keyId);
    return key;
  }
}

function associatedData(keyId: string, context: string): Buffer {
  if (context === '') throw new Error('A secret needs a context: the table, row and column it is stored in');
  return Buffer.from(`${VERSION}.${keyId}.${context}`, 'utf8');
}

function parseStored(stored: string): Parts {
  const [, keyId, noncePart, sealedPart] = STORED.exec(stored) ?? [];
  if (keyId === undefined || noncePart === undefined || sealedPart === undefined) {
    throw new TokenUndecryptableError(null);
  }
  const sealed = Buffer.from(sealedPart, 'base64url');
  // Base64 readers ignore surplus bits of the last character: without this, two texts would open as one secret.
  const isCanonical = sealed.toString('base64url') === sealedPart;
  if (!isCanonical || sealed.length <= TAG_BYTES) throw new TokenUndecryptableError(keyId);
  return {
    keyId,
    nonce: Buffer.from(noncePart, 'base64url'),
    ciphertext: sealed.subarray(0, -TAG_BYTES),
    tag: sealed.subarray(-TAG_BYTES),
  };
}
