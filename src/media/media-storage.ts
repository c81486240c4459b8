import type { Readable } from 'node:stream';

/** Bytes of a file, counted from 0; both ends are part of it. */
export interface ByteRange {
  start: number;
  end: number;
}

/** A file that is being read. Whoever opens one reads it to its end or destroys it. */
export interface OpenedFile {
  stream: Readable;
  /** Of the whole file, in bytes, also where only a part is read. */
  size: number;
}

/** There is nothing under this key. */
export class MediaMissingError extends Error {
  constructor() {
    super('The file is not in storage.');
    this.name = MediaMissingError.name;
  }
}

/**
 * Where files are kept. Keys are made by this service: small letters, digits and `-`, in parts separated by `/`.
 * What is stored under a key does not change; storing it again replaces it by the same.
 */
export abstract class MediaStorage {
  /**
   * Stores what `source` gives, as it comes. The file is there once it is whole and safe, and not before: when `source`
   * throws or this process dies, nothing is under the key.
   * @throws whatever `source` throws, and errors of the system (no space, no right to write)
   */
  abstract store(key: string, source: AsyncIterable<Uint8Array>): Promise<void>;

  /**
   * Begins to read a file, or a part of it; the bytes come as they are asked for.
   * @param range within the file
   * @throws MediaMissingError
   */
  abstract open(key: string, range?: ByteRange): Promise<OpenedFile>;

  /** In bytes; null where there is no such file. */
  abstract sizeOf(key: string): Promise<number | null>;

  /** Does nothing where there is no such file. */
  abstract remove(key: string): Promise<void>;

  /** Removes what processes that died before this instant have left half-written. None of it is under any key. */
  abstract removeAbandoned(before: Date): Promise<void>;
}

/** @throws TypeError for anything that this service did not make: a key becomes part of a path */
export function assertStorageKey(key: string): void {
  if (!/^[a-z0-9-]+(?:\/[a-z0-9-]+)*$/.test(key)) throw new TypeError('Not a key of a stored file');
}
