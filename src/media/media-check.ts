import { createHash } from 'node:crypto';
import { HEAD_BYTES } from './file-nature';

export type MediaDefect =
  'MEDIA_TOO_LARGE' | 'MEDIA_HASH_MISMATCH' | 'MEDIA_SIZE_MISMATCH' | 'MEDIA_TYPE_MISMATCH';

/** A file that is not what was told, or more than is taken. */
export class MediaDefectError extends Error {
  constructor(
    readonly code: MediaDefect,
    message: string,
  ) {
    super(message);
    this.name = MediaDefectError.name;
  }
}

export interface MediaExpectation {
  maxBytes: number;
  /** null: not told. */
  sha256: Buffer | null;
  /** In bytes; null: not told. Looked at only where no hash was told, which says more. */
  size: number | null;
}

/** Lets a file pass while it is counted and hashed. It ends in an error when the file is not what was told. */
export class MediaCheck {
  /** How many have passed. */
  bytes = 0;
  /** Of what has passed, once all has. */
  sha256: Buffer = Buffer.alloc(0);
  private readonly firstBytes: Uint8Array[] = [];

  constructor(private readonly expected: MediaExpectation) {}

  /** How it begins, as far as that tells what it is. */
  get head(): Buffer {
    return Buffer.concat(this.firstBytes).subarray(0, HEAD_BYTES);
  }

  /** @throws MediaDefectError as soon as it is known, for hash and size after the last byte */
  async *pass(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    const hash = createHash('sha256');
    for await (const chunk of source) {
      this.bytes += chunk.byteLength;
      assertSize(this.bytes, this.expected.maxBytes);
      hash.update(chunk);
      if (this.bytes - chunk.byteLength < HEAD_BYTES) this.firstBytes.push(chunk);
      yield chunk;
    }
    const { sha256, size } = this.expected;
    this.sha256 = hash.digest();
    if (sha256 !== null && !this.sha256.equals(sha256))
      throw new MediaDefectError('MEDIA_HASH_MISMATCH', 'The file does not have the hash that Meta told.');
    if (sha256 === null && size !== null && this.bytes !== size) {
      throw new MediaDefectError('MEDIA_SIZE_MISMATCH', `Meta told of ${size} bytes and gave ${this.bytes}.`);
    }
  }
}

/** @throws MediaDefectError */
export function assertSize(bytes: number, maxBytes: number): void {
  if (bytes > maxBytes) {
    throw new MediaDefectError(
      'MEDIA_TOO_LARGE',
      `The file is larger than the ${maxBytes} bytes of MEDIA_MAX_BYTES.`,
    );
  }
}

/** A SHA-256 in hexadecimal digits or base64, with which Meta is not consistent; null when it is neither. */
export function sha256From(text: string | null | undefined): Buffer | null {
  const told = text?.trim() ?? '';
  if (/^[0-9a-f]{64}$/i.test(told)) return Buffer.from(told, 'hex');
  return /^[A-Za-z0-9+/_-]{43}=?$/.test(told) ? Buffer.from(told, 'base64') : null;
}
