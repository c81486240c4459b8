import { Injectable } from '@nestjs/common';
import type { AccountId, MessageId } from '../database/ids';
import type { Platform } from './conversation-types';

/** The file of a message, as far as it has come. */
export interface MessageMedia {
  id: string;
  /** `pending`: it is still to be fetched from the platform. `removed`: it was here and went. */
  status: 'pending' | 'stored' | 'failed' | 'removed';
  mimeType: string | null;
  /** In bytes. */
  size: number | null;
  /** In hexadecimal digits. */
  sha256: string | null;
  fileName: string | null;
  /** It is not what the platform called it, or could run where it is opened. */
  isSuspect: boolean;
  /** Where its content is, from this service's address on; null while there is none. */
  url: string | null;
}

/** What of a message tells whether it has a file. */
export interface MessageWithFile {
  id: MessageId;
  accountId: AccountId;
  direction: 'inbound' | 'outbound';
  content: Readonly<Record<string, unknown>>;
}

type Reader = (
  messages: readonly MessageWithFile[],
) => Promise<ReadonlyMap<MessageId, readonly MessageMedia[]>>;

/** Where each platform keeps the files of its messages: the platforms' modules know, and register. */
@Injectable()
export class MessageMediaReaders {
  private readonly byPlatform = new Map<Platform, Reader>();

  register(platform: Platform, reader: Reader): void {
    this.byPlatform.set(platform, reader);
  }

  /** In one question for each platform, each in its message's order. Messages without a file are not in the answer. */
  async read(
    messages: readonly (MessageWithFile & { platform: Platform })[],
  ): Promise<ReadonlyMap<MessageId, readonly MessageMedia[]>> {
    const found = new Map<MessageId, readonly MessageMedia[]>();
    for (const [platform, reader] of this.byPlatform) {
      const own = messages.filter((message) => message.platform === platform);
      if (own.length > 0) for (const [id, media] of await reader(own)) found.set(id, media);
    }
    return found;
  }
}
