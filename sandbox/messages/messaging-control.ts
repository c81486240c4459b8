import { EventControl } from '../webhooks/event-control';
import type { LimitStats } from './sending-limits';

/** Sending: how its limits were met. */
export class MessagingControl extends EventControl {
  /** What was accepted, and how often a limit was met: that nothing was refused can be asserted. */
  limitStats(): LimitStats {
    return this.context.limits.stats();
  }

  /** People that a portfolio has reached outside of windows in the last 24 hours. */
  peopleReached(businessId?: string): number {
    return this.context.limits.peopleReached(businessId ?? this.context.world.first('business').id);
  }
}
