import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config';
import { PayloadTooLargeError, UnsupportedMediaError, ValidationFailedError } from '../../errors/app.error';
import { HEAD_BYTES, natureOf, normalType } from '../../media/file-nature';
import { MediaStorage } from '../../media/media-storage';
import {
  type MediaKind,
  isAnimatedWebp,
  judgeFile,
  limitOf,
  toldLengthOf,
  tooLarge,
  typesInWords,
} from './media-kinds';
import { MediaUploadsRepository } from './media-uploads.repository';

/** A file as it comes in. */
export interface IncomingFile {
  source: AsyncIterable<Uint8Array>;
  /** As whoever gives it calls it. */
  declaredType: string | null;
  /** In bytes, where it is told beforehand. */
  declaredSize: number | null;
  /** What it is to be sent as; null: what its type is usually sent as. */
  kind: MediaKind | null;
  /** The field that complaints are about. */
  field: string;
}

/** A file that is stored and will go again unless it is kept; see MediaUploadsRepository. */
export interface TakenFile {
  id: string;
  storageKey: string;
  kind: MediaKind;
  mimeType: string;
  size: number;
  sha256: Buffer;
  isAnimated: boolean;
}

/** Brings a file into storage as it comes, judging it by its first bytes and counting the rest. */
@Injectable()
export class UploadIntake {
  constructor(
    private readonly config: AppConfig,
    private readonly storage: MediaStorage,
    private readonly uploads: MediaUploadsRepository,
  ) {}

  /**
   * @throws UnsupportedMediaError for a file that is not what it is called, or not what WhatsApp takes
   * @throws PayloadTooLargeError as soon as it is known
   * @throws ValidationFailedError for one that is empty or was cut off
   */
  async take(file: IncomingFile): Promise<TakenFile> {
    const reader = file.source[Symbol.asyncIterator]();
    try {
      const head = await readHead(reader);
      if (head.length === 0) throw ValidationFailedError.of(file.field, 'notEmpty', 'The file is empty.');
      const nature = natureOf(head);
      const verdict = judgeFile(normalType(file.declaredType), nature, file.kind);
      if (verdict.refusal !== undefined) throw new UnsupportedMediaError(verdict.refusal);
      const { kind, mimeType } = verdict;
      const isAnimated = kind === 'sticker' && isAnimatedWebp(head);
      const pass = new FilePass(kind, isAnimated, this.config.env.MEDIA_MAX_BYTES);
      pass.refuseAnnounced(file.declaredSize ?? 0);
      const { id, storageKey } = await this.uploads.begin();
      try {
        await this.storage.store(storageKey, pass.run(head, reader));
        const told = mimeType === 'image/webp' ? toldLengthOf(head) : null;
        if (told !== null && told > pass.bytes)
          throw ValidationFailedError.of(file.field, 'complete', 'The file was cut off before its end.');
      } catch (error) {
        await this.uploads.giveUp(storageKey);
        throw error;
      }
      return { id, storageKey, kind, mimeType, size: pass.bytes, sha256: pass.sha256(), isAnimated };
    } finally {
      await reader.return?.();
    }
  }
}

/** Counts and hashes what passes. */
class FilePass {
  bytes = 0;
  private readonly hash = createHash('sha256');
  private readonly limit: number;

  constructor(
    private readonly kind: MediaKind,
    private readonly isAnimated: boolean,
    private readonly mostBytes: number,
  ) {
    this.limit = Math.min(limitOf(kind, isAnimated), mostBytes);
  }

  async *run(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    for (let chunk: Uint8Array | null = head; chunk !== null; chunk = await nextOf(rest)) {
      this.bytes += chunk.byteLength;
      this.refuseAnnounced(this.bytes);
      this.hash.update(chunk);
      yield chunk;
    }
  }

  /** Once everything has passed. */
  sha256(): Buffer {
    return this.hash.digest();
  }

  /** @throws PayloadTooLargeError */
  refuseAnnounced(bytes: number): void {
    if (bytes <= this.limit) return;
    const isOurs = this.limit === this.mostBytes && this.limit < limitOf(this.kind, this.isAnimated);
    throw new PayloadTooLargeError(
      isOurs
        ? `This service takes files of at most ${this.limit} bytes.`
        : tooLarge(this.kind, this.limit, this.isAnimated),
      { kind: this.kind, maxBytes: this.limit, types: typesInWords(this.kind) },
    );
  }
}

async function readHead(reader: AsyncIterator<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (size < HEAD_BYTES) {
    const chunk = await nextOf(reader);
    if (chunk === null) break;
    chunks.push(chunk);
    size += chunk.byteLength;
  }
  return Buffer.concat(chunks);
}

async function nextOf(reader: AsyncIterator<Uint8Array>): Promise<Uint8Array | null> {
  const next = await reader.next();
  return next.done === true ? null : next.value;
}
