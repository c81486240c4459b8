import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type MessageMedia, MessageMediaReaders, type MessageWithFile } from '../conversations/message-media';
import { type MessageId, isUuid } from '../database/ids';
import { readRecord, readRecords, readText } from '../webhooks/parsers/json-reader';
import { MessageFiles, shownFile } from './message-files';
import { SentFiles } from './sent-files';

/** The files of messages of Messenger and Instagram, as the messages themselves show them. */
@Injectable()
export class DirectMediaReader implements OnModuleInit {
  constructor(
    private readonly readers: MessageMediaReaders,
    private readonly files: MessageFiles,
    private readonly sent: SentFiles,
  ) {}

  onModuleInit(): void {
    for (const platform of ['messenger', 'instagram'] as const)
      this.readers.register(platform, (messages) => this.read(messages));
  }

  /** What came from Meta has rows of its own, what was sent from here names what was uploaded before. */
  private async read(
    messages: readonly MessageWithFile[],
  ): Promise<ReadonlyMap<MessageId, readonly MessageMedia[]>> {
    const named = new Map(messages.map((message) => [message.id, uploadsOf(message)]));
    const [files, uploads] = await Promise.all([
      this.files.ofMessages(messages),
      this.sent.of(
        messages.flatMap(({ id, accountId }) =>
          (named.get(id) ?? []).map((upload) => ({ accountId, id: upload })),
        ),
      ),
    ]);
    const found = new Map<MessageId, MessageMedia[]>();
    for (const { id } of messages) {
      const own = (named.get(id) ?? []).flatMap((upload) => uploads.get(upload) ?? []);
      if (own.length > 0) found.set(id, own);
    }
    for (const file of files) {
      const own = found.get(file.messageId) ?? [];
      own.push(shownFile(file));
      found.set(file.messageId, own);
    }
    return found;
  }
}

/** Ours among the ids that a message was ordered with; Meta's are digits. */
function uploadsOf({ direction, content }: MessageWithFile): string[] {
  if (direction === 'inbound') return [];
  return readRecords(content, 'attachments').flatMap((attachment) => {
    const id = readText(readRecord(attachment, 'payload') ?? {}, 'attachment_id') ?? '';
    return isUuid(id) ? [id.toLowerCase()] : [];
  });
}
