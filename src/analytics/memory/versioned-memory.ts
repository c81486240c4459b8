import { BoundedCache } from './bounded-cache';

interface Loading<Value> {
  version: string;
  value: Promise<Value>;
}

/**
 * Remembers values by key and version, as far as they take no more bytes than they may, and lets questions that come at once
 * share what is being loaded. A value may be newer than its version, but never older: whoever asks reads the version first.
 */
export class VersionedMemory<Value> {
  private readonly remembered: BoundedCache<{ version: string; value: Value }>;
  private readonly loading = new Map<string, Loading<Value>>();

  constructor(mostBytes: number, bytesOf: (value: Value) => number) {
    this.remembered = new BoundedCache(mostBytes, ({ value }) => bytesOf(value));
  }

  get bytes(): number {
    return this.remembered.bytes;
  }

  known(key: string, version: string): Value | undefined {
    const remembered = this.remembered.get(key);
    return remembered?.version === version ? remembered.value : undefined;
  }

  /** Another question that had read the same version loads it. */
  beingLoaded(key: string, version: string): Promise<Value> | undefined {
    const loading = this.loading.get(key);
    return loading?.version === version ? loading.value : undefined;
  }

  /** To be called without a pause after these two, so that nobody else loads the same meanwhile. */
  load(key: string, version: string, loaded: Promise<Value>): Promise<Value> {
    // Another question may have found a later version meanwhile, and be loading that.
    const isLatest = (): boolean => this.loading.get(key)?.value === value;
    const value = loaded.then(
      (found) => {
        if (isLatest()) {
          this.loading.delete(key);
          this.remembered.set(key, { version, value: found });
        }
        return found;
      },
      (error: unknown) => {
        if (isLatest()) this.loading.delete(key);
        throw error;
      },
    );
    this.loading.set(key, { version, value });
    return value;
  }
}
