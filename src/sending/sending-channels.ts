import { Injectable } from '@nestjs/common';
import type { Platform } from '../conversations/conversation-types';
import type { SendingChannel } from './sending-channel';

/** The platforms that can be sent on; each registers itself when its module starts. */
@Injectable()
export class SendingChannels {
  private readonly channels = new Map<Platform, SendingChannel>();

  register(channel: SendingChannel): void {
    if (this.channels.has(channel.platform)) {
      throw new Error(`There is a channel for ${channel.platform} already.`);
    }
    this.channels.set(channel.platform, channel);
  }

  all(): readonly SendingChannel[] {
    return [...this.channels.values()];
  }

  /** @throws Error for a platform that nobody registered */
  of(platform: Platform): SendingChannel {
    const channel = this.channels.get(platform);
    if (channel === undefined) throw new Error(`Nothing can be sent on ${platform}.`);
    return channel;
  }
}
