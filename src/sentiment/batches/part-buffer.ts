/**
 * Takes text up and gives it out as bytes, over and over in the same place: a new one for each part would wait for the
 * collector by the hundred.
 */
export class PartBuffer {
  private bytes: Buffer;
  private length = 0;

  /** @param size in bytes; it grows where that is not enough */
  constructor(size: number) {
    this.bytes = Buffer.allocUnsafe(size);
  }

  /** @returns how many bytes it took */
  addText(text: string): number {
    const size = Buffer.byteLength(text);
    this.makeRoom(size);
    this.bytes.write(text, this.length);
    this.length += size;
    return size;
  }

  addBytes(bytes: Uint8Array): void {
    this.makeRoom(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Everything, which is forgotten with it. It has to be stored before anything is added. */
  async *take(): AsyncGenerator<Buffer> {
    const all = this.bytes.subarray(0, this.length);
    this.length = 0;
    await Promise.resolve();
    yield all;
  }

  private makeRoom(size: number): void {
    if (this.length + size <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.length + size));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}
