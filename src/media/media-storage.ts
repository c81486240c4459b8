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

  /** Does nothing where there is no such file. */
  abstract remove(key: string): Promise<void>;
}
