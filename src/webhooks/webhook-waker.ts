import { Injectable } from '@nestjs/common';
import { JobQueue } from '../queue/job-queue';
import { type DeliveryLane, queueOf } from './delivery-lane';

/** A wake-up that comes this soon after the last one of its lane waits for this to pass, and stands for all in between. */
const PAUSE_MS = 20;

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
    }, PAUSE_MS).unref();
    void this.jobs.add(queueOf(lane), 'process', {});
  }
}
