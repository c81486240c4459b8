import type { AccountId } from '../database/ids';

/** Of the calls that a process has under way, this part is left for what is no campaign, and for accounts with few. */
const RESERVE = 0.2;

/**
 * The calls that one process may have under way at once, and who has them. An account that has its fair share already gets no
 * more than leaves the others a reserve; campaigns leave it too.
 */
export class SendingSlots {
  private readonly taken = new Map<AccountId, number>();
  private used = 0;

  constructor(private readonly size: number) {}

  /** @param activeAccounts how many accounts have something to send now */
  freeFor(accountId: AccountId, activeAccounts: number): { all: number; campaign: number } {
    const free = this.size - this.used;
    const reserve = Math.ceil(this.size * RESERVE);
    const share = Math.floor(this.size / Math.max(1, activeAccounts));
    const hasItsShare = activeAccounts > 1 && (this.taken.get(accountId) ?? 0) >= share;
    const all = Math.max(0, hasItsShare ? free - reserve : free);
    return { all, campaign: Math.max(0, Math.min(all, free - reserve)) };
  }

  take(accountId: AccountId, count: number): void {
    this.used += count;
    this.taken.set(accountId, (this.taken.get(accountId) ?? 0) + count);
  }

  giveBack(accountId: AccountId): void {
    this.used -= 1;
    const left = (this.taken.get(accountId) ?? 1) - 1;
    if (left > 0) this.taken.set(accountId, left);
    else this.taken.delete(accountId);
  }
}
