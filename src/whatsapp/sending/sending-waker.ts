import { Injectable } from '@nestjs/common';
import type { AccountId, AssetId } from '../../database/ids';
import { JobQueue } from '../../queue/job-queue';

/** A wake-up that comes this soon after the last one of its number waits for this to pass, and stands for all in between. */
const PAUSE_MS = 10;

/**
 * Tells a dispatcher that there is something to send from a number. Call it after the commit; it is never awaited, for a
 * wake-up that gets lost only delays: every dispatcher looks by itself once a second.
 */
@Injectable()
export class SendingWaker {
  private readonly resting = new Map<AssetId, { isWanted: boolean }>();

  constructor(private readonly jobs: JobQueue) {}

  wake(accountId: AccountId, assetId: AssetId): void {
    const rest = this.resting.get(assetId);
    if (rest === undefined) this.wakeNow(accountId, assetId);
    else rest.isWanted = true;
  }

  private wakeNow(accountId: AccountId, assetId: AssetId): void {
    const rest = { isWanted: false };
    this.resting.set(assetId, rest);
    setTimeout(() => {
      this.resting.delete(assetId);
      if (rest.isWanted) this.wakeNow(accountId, assetId);
    }, PAUSE_MS).unref();
    void this.jobs.add('message-sending', 'dispatch', { accountId, assetId });
  }
}
