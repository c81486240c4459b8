import { Injectable } from '@nestjs/common';
import { type AccountId, isUuid } from '../database/ids';
import type { ResyncReason } from './client-feed';
import { EventLog } from './event-log.repository';
import { type EventPlace, decodePlace, endOf } from './event-place';

/** Going through this many batches takes some seconds; what is further back is fetched faster by the API. */
const FURTHEST = 1_000_000n;

export interface ResumePoint {
  place: EventPlace;
  /** Why it is the present, although another place was asked for. */
  resync: ResyncReason | null;
}

/** Where a client goes on. */
@Injectable()
export class ResumePoints {
  constructor(private readonly log: EventLog) {}

  /** @param lastEventId `eventId` of an event, or its `id`; without one it begins with what happens from now on */
  async resolve(lastEventId: string | null, accountIds: readonly AccountId[]): Promise<ResumePoint> {
    const last = await this.log.lastPosition();
    const now = endOf(last);
    if (lastEventId === null || lastEventId === '') return { place: now, resync: null };
    const place = isUuid(lastEventId)
      ? await this.log.find(accountIds, lastEventId.toLowerCase())
      : decodePlace(lastEventId);
    // One that lies ahead is of a database that this one was restored from.
    if (place === null || place.position > last) return { place: now, resync: 'unknown' };
    if (last - place.position > FURTHEST) return { place: now, resync: 'too_far' };
    return { place, resync: null };
  }
}
