import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  S3Client,
  type S3ClientConfig,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { OnApplicationShutdown } from '@nestjs/common';
import {
  type ByteRange,
  MediaMissingError,
  MediaStorage,
  type OpenedFile,
  assertStorageKey,
} from './media-storage';

export interface S3MediaOptions {
  bucket: string;
  /** Before every key, without slashes at its ends; empty for none. */
  prefix: string;
  client: S3ClientConfig;
}

/** The smallest that S3 takes for a part; of each file that is being stored so many bytes, twice, are in memory. */
const PART_BYTES = 5 * 1024 * 1024;
const PARTS_AT_ONCE = 2;

/** Files in a bucket of S3, or of a server that speaks its protocol. */
export class S3MediaStorage extends MediaStorage implements OnApplicationShutdown {
  private readonly client: S3Client;

  constructor(private readonly options: S3MediaOptions) {
    super();
    this.client = new S3Client({
      // Many servers that speak the protocol do not know the checksums that newer clients add by themselves.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      ...options.client,
    });
  }

  onApplicationShutdown(): void {
    this.client.destroy();
  }

  async store(key: string, source: AsyncIterable<Uint8Array>): Promise<void> {
    const body = Readable.from(source, { objectMode: false });
    // An object is there once all of its parts are, or, for small ones, its only request is complete.
    const upload = new Upload({
      client: this.client,
      params: { ...this.placeOf(key), Body: body },
      partSize: PART_BYTES,
      queueSize: PARTS_AT_ONCE,
      leavePartsOnError: false,
    });
    try {
      await upload.done();
    } catch (error) {
      // The client wraps what the source threw, which says more.
      throw body.errored ?? error;
    } finally {
      body.destroy();
    }
  }

  async open(key: string, range?: ByteRange): Promise<OpenedFile> {
    const answer = await this.client
      .send(
        new GetObjectCommand({
          ...this.placeOf(key),
          ...(range === undefined ? {} : { Range: `bytes=${range.start}-${range.end}` }),
        }),
      )
      .catch(missing);
    const { Body: body, ContentLength: length, ContentRange: partial } = answer;
    if (!(body instanceof Readable)) throw new Error('The storage answered without a body.');
    const whole = /\/(\d+)$/.exec(partial ?? '')?.[1];
    if (range !== undefined && whole === undefined) {
      body.destroy();
      throw new Error('The storage was asked for a part of a file and gave the whole.');
    }
    return { stream: body, size: whole === undefined ? (length ?? 0) : Number(whole) };
  }

  async sizeOf(key: string): Promise<number | null> {
    try {
      const answer = await this.client.send(new HeadObjectCommand(this.placeOf(key))).catch(missing);
      return answer.ContentLength ?? 0;
    } catch (error) {
      if (error instanceof MediaMissingError) return null;
      throw error;
    }
  }

  async remove(key: string): Promise<void> {
    try {
      await this.client.send(new DeleteObjectCommand(this.placeOf(key))).catch(missing);
    } catch (error) {
      if (!(error instanceof MediaMissingError)) throw error;
    }
  }

  /** Parts of uploads that were never completed: nobody sees them, and they are paid for all the same. */
  async removeAbandoned(before: Date): Promise<void> {
    const { bucket, prefix } = this.options;
    let page: { KeyMarker?: string; UploadIdMarker?: string } = {};
    for (;;) {
      const answer = await this.client.send(
        new ListMultipartUploadsCommand({
          Bucket: bucket,
          ...(prefix === '' ? {} : { Prefix: `${prefix}/` }),
          ...page,
        }),
      );
      for (const { Key, UploadId, Initiated } of answer.Uploads ?? []) {
        if (Key === undefined || UploadId === undefined || Initiated === undefined || Initiated >= before)
          continue;
        await this.client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
      }
      if (answer.IsTruncated !== true || answer.NextKeyMarker === undefined) return;
      page = {
        KeyMarker: answer.NextKeyMarker,
        ...(answer.NextUploadIdMarker === undefined ? {} : { UploadIdMarker: answer.NextUploadIdMarker }),
      };
    }
  }

  private placeOf(key: string): { Bucket: string; Key: string } {
    assertStorageKey(key);
    const { bucket, prefix } = this.options;
    return { Bucket: bucket, Key: prefix === '' ? key : `${prefix}/${key}` };
  }
}

function missing(error: unknown): never {
  if (
    error instanceof S3ServiceException &&
    error.$metadata.httpStatusCode === 404 &&
    !isBucketMissing(error)
  )
    throw new MediaMissingError();
  throw error;
}

/** A bucket that is not there is a mistake in the settings, not a file that is gone. */
function isBucketMissing(error: S3ServiceException): boolean {
  return error.name === 'NoSuchBucket';
}
