import { Injectable } from '@nestjs/common';
import { JobQueue } from '../queue/job-queue';
import { type DeliveryLane, queueOf } from './delivery-lane';

/**
 * A wake-up that comes this soon after the last one of its lane waits for this to pass, and stands for all in between. A
 * batch costs much the same however large it is, and nobody waits for a status or for what is late anyway.
 */
const PAUSE_MS: Readonly<Record<DeliveryLane, number>> = { message: 20, account: 20, status: 100, bulk: 100 };

/** Wakes the workers of a lane. Never awaited: a wake-up that gets lost only delays, for the sweep finds the rows. */
@Injectable()
export class WebhookWaker {
  private readonly resting = new Map<DeliveryLane, { isWanted: boolean }>();

  constructor(private readonly jobs: JobQueue) {}

  wake(lanes: readonly DeliveryLane[]): void {
    for (const lane of lanes) {
      const rest = this.resting.get(lane);
      if (rest === undefined) this.wakeNow(lane);
      else rest.isWanted = true;
    }
  }

  private wakeNow(lane: DeliveryLane): void {
    const rest = { isWanted: false };
    this.resting.set(lane, rest);
    setTimeout(() => {
      this.resting.delete(lane);
      if (rest.isWanted) this.wakeNow(lane);
    }, PAUSE_MS[lane]).unref();
    void this.jobs.add(queueOf(lane), 'process', {});
  }
}
