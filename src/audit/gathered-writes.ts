/** Rows in one statement. */
const MOST_AT_ONCE = 200;

interface Waiting<Item> {
  item: Item;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * Writes what several callers want written in one statement: while one is under way, others gather and share the next, and its
 * commit. A single caller waits for nobody.
 */
export class GatheredWrites<Item> {
  private waiting: Waiting<Item>[] = [];
  private isWriting = false;

  /** @param write one statement that writes all or nothing */
  constructor(private readonly write: (items: readonly Item[]) => Promise<void>) {}

  /** Resolves when it is committed. */
  add(item: Item): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (!this.isWriting) void this.writeAll();
    });
  }

  private async writeAll(): Promise<void> {
    this.isWriting = true;
    for (let batch = this.waiting.splice(0, MOST_AT_ONCE); batch.length > 0;) {
      await this.writeBatch(batch);
      batch = this.waiting.splice(0, MOST_AT_ONCE);
    }
    this.isWriting = false;
  }

  private async writeBatch(batch: readonly Waiting<Item>[]): Promise<void> {
    try {
      await this.write(batch.map(({ item }) => item));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      const [only, ...others] = batch;
      if (only === undefined) return;
      if (others.length === 0) {
        only.reject(error);
        return;
      }
      // What is wrong with one must not be the others' loss.
      for (const each of batch) await this.writeBatch([each]);
    }
  }
}
