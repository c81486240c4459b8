import type { AssetId } from '../database/ids';

/** What changes of a Page or account, or that it goes, is noticed this much later. */
const REMEMBERED_MS = 2_000;
const MOST_REMEMBERED = 10_000;

/** For the engine, which asks for the same Page or account many times a second. */
export class RememberedSenders<S> {
  private readonly remembered = new Map<AssetId, { sender: S | null; until: number }>();

  async find(id: AssetId, read: () => Promise<S | null>): Promise<S | null> {
    const known = this.remembered.get(id);
    if (known !== undefined && known.until > Date.now()) return known.sender;
    const sender = await read();
    if (this.remembered.size >= MOST_REMEMBERED) this.remembered.clear();
    this.remembered.set(id, { sender, until: Date.now() + REMEMBERED_MS });
    return sender;
  }
}
