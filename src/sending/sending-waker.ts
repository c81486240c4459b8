import { Injectable } from '@nestjs/common';
import type { SenderKey } from '../conversations/sends/send-claims.service';
import type { AssetId } from '../database/ids';
import { JobQueue } from '../queue/job-queue';

/** A wake-up that comes this soon after the last one of its sender waits for this to pass, and stands for all in between. */
const PAUSE_MS = 10;

/**
 * Tells a dispatcher that there is something to send. Call it after the commit; it is never awaited, for a
 * wake-up that gets lost only delays: every dispatcher looks by itself once a second.
 */
@Injectable()
export class SendingWaker {
  private readonly resting = new Map<AssetId, { isWanted: boolean }>();

  constructor(private readonly jobs: JobQueue) {}

  wake(sender: SenderKey): void {
    const rest = this.resting.get(sender.assetId);
    if (rest === undefined) this.wakeNow(sender);
    else rest.isWanted = true;
  }

  private wakeNow({ platform, accountId, assetId }: SenderKey): void {
    const rest = { isWanted: false };
    this.resting.set(assetId, rest);
    setTimeout(() => {
      this.resting.delete(assetId);
      if (rest.isWanted) this.wakeNow({ platform, accountId, assetId });
    }, PAUSE_MS).unref();
    void this.jobs.add('message-sending', 'dispatch', { platform, accountId, assetId });
  }
}
