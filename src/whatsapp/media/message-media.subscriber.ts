import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId, MessageId } from '../../database/ids';
import { type DeliveredEvent, OutboxSubscribers } from '../../domain-events/outbox-subscribers';
import { JobQueue } from '../../queue/job-queue';
import { MessageMediaRepository } from './message-media.repository';

/** For the relay to commit. Whoever looks before finds nothing, and the sweep finds it then. */
const COMMIT_MS = 100;

/**
 * Notes the files of messages that have come in. After the message's own transaction, so that a message is there
 * whatever becomes of its file.
 */
@Injectable()
export class MessageMediaSubscriber implements OnModuleInit {
  constructor(
    private readonly subscribers: OutboxSubscribers,
    private readonly media: MessageMediaRepository,
    private readonly jobs: JobQueue,
  ) {}

  onModuleInit(): void {
    this.subscribers.register({
      name: 'whatsapp-media',
      kinds: ['message.created', 'message.updated', 'account.connected'],
      // Meta still has the files of messages that came in shortly before this was installed.
      from: 'beginning',
      handle: (events, tx) => this.note(events, tx),
    });
  }

  private async note(
    events: readonly DeliveredEvent<'message.created' | 'message.updated' | 'account.connected'>[],
    tx: EntityManager,
  ): Promise<void> {
    const messages = uniqueMessages(
      events.filter((event) => event.kind !== 'message.updated' || event.payload.change === 'edited'),
    );
    const revoked = uniqueMessages(
      events.filter((event) => event.kind === 'message.updated' && event.payload.change === 'revoked'),
    );
    const connected = events.filter(({ kind }) => kind === 'account.connected');
    // What was taken back meanwhile is not noted: the message says so itself.
    const added = messages.length === 0 ? 0 : await this.media.addOf(tx, messages);
    if (revoked.length > 0) await this.media.removeOf(tx, revoked);
    if (connected.length > 0)
      await this.media.makeDue(
        tx,
        connected.map(({ accountId }) => accountId),
      );
    if (added > 0 || connected.length > 0)
      await this.jobs.add('media', 'fetch', {}, { jobId: 'wake', delayMs: COMMIT_MS });
  }
}

function uniqueMessages(events: readonly DeliveredEvent[]): { accountId: AccountId; messageId: MessageId }[] {
  const found = new Map<MessageId, AccountId>();
  for (const { accountId, payload } of events)
    if ('messageId' in payload) found.set(payload.messageId, accountId);
  return [...found].map(([messageId, accountId]) => ({ accountId, messageId }));
}
