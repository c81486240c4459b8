import { Logger } from '@nestjs/common';
import { within } from '../../queue/within';
import type { ClaimedDelivery } from './delivery-claims.repository';

/**
 * Sends a bounded number of deliveries at once. One at a time looks for what is due, and takes as many as there are places:
 * several who looked at once would stand in each other's way at the endpoint that is first in line.
 */
export class DeliveryLane {
  private readonly log = new Logger('Outbound webhooks');
  private readonly running = new Set<Promise<void>>();
  private looking: Promise<void> | undefined;
  private isWokenMeanwhile = false;
  private isClosing = false;

  /** @param send never throws for what a receiver does, but writes it down */
  constructor(
    private readonly places: number,
    private readonly claim: (most: number) => Promise<ClaimedDelivery[]>,
    private readonly send: (claimed: ClaimedDelivery) => Promise<void>,
  ) {}

  wake(): void {
    if (this.isClosing) return;
    if (this.looking !== undefined) {
      this.isWokenMeanwhile = true;
      return;
    }
    this.isWokenMeanwhile = false;
    this.looking = this.look()
      .catch((error: unknown) => {
        this.log.warn(`Deliveries could not be looked for: ${reasonOf(error)}`);
      })
      .finally(() => {
        this.looking = undefined;
        // Who woke it while it looked may have brought what it did not see.
        if (this.isWokenMeanwhile) this.wake();
      });
  }

  /** Begins nothing more, and waits for what is under way, but not for ever. */
  async close(longestMs: number): Promise<void> {
    this.isClosing = true;
    await within(longestMs, this.ended());
  }

  private async ended(): Promise<void> {
    await this.looking;
    await Promise.all(this.running);
  }

  private async look(): Promise<void> {
    while (this.hasRoom()) {
      const claimed = await this.claim(this.places - this.running.size);
      if (claimed.length === 0) return;
      for (const each of claimed) this.start(each);
    }
  }

  private hasRoom(): boolean {
    return !this.isClosing && this.running.size < this.places;
  }

  private start(claimed: ClaimedDelivery): void {
    const sending = this.send(claimed)
      .catch((error: unknown) => {
        // Its lease runs out, and it is sent again.
        this.log.warn(`What became of a delivery was not written down: ${reasonOf(error)}`);
      })
      .finally(() => {
        this.running.delete(sending);
        this.wake();
      });
    this.running.add(sending);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}
