import { Injectable } from '@nestjs/common';
import type { UserId } from '../database/ids';
import { SharedRedis } from '../queue/shared-redis';

/** Where it is told whose access changed: a user id in each message. Under the installation's prefix. */
export const ACCESS_CHANGED_CHANNEL = 'access-changed';

/**
 * Tells whoever keeps a connection open for a user that it should look again whether the user still may: a role changed, a
 * login or an API key ended, the user is no more. Nothing depends on it: connections are looked at every few seconds anyway.
 */
@Injectable()
export class AccessNews {
  constructor(private readonly redis: SharedRedis) {}

  /** Called after the commit. Not awaited, never fails. */
  changed(userId: UserId): void {
    void this.redis.publish(ACCESS_CHANGED_CHANNEL, userId);
  }
}
