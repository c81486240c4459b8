import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId, MessageId } from '../database/ids';
import { type DeliveredEvent, OutboxSubscribers } from '../domain-events/outbox-subscribers';
import { JobQueue } from '../queue/job-queue';
import { MessageMediaNotes, type MessageKey } from './message-media-notes';
import { MessageMediaRemovals } from './message-media-removals';
import { MessageMediaRepository } from './message-media.repository';

/** For the relay to commit. Whoever looks before finds nothing, and the sweep finds it then. */
const COMMIT_MS = 100;

type Told = DeliveredEvent<'message.created' | 'message.updated' | 'account.connected'>;
type Add = (tx: EntityManager, messages: readonly MessageKey[]) => Promise<number>;

/**
 * Notes the files of messages that have come in. After the message's own transaction, so that a message is there
 * whatever becomes of its file.
 */
@Injectable()
export class MessageMediaSubscriber implements OnModuleInit {
  constructor(
    private readonly subscribers: OutboxSubscribers,
    private readonly notes: MessageMediaNotes,
    private readonly removals: MessageMediaRemovals,
    private readonly media: MessageMediaRepository,
    private readonly jobs: JobQueue,
  ) {}

  onModuleInit(): void {
    // Two that begin apart: each is told of everything that its platforms' messages were before it was here.
    this.register('whatsapp-media', (tx, messages) => this.notes.addOfWhatsApp(tx, messages));
    this.register('direct-media', (tx, messages) => this.notes.addOfDirect(tx, messages));
  }

  private register(name: string, add: Add): void {
    this.subscribers.register({
      name,
      kinds: ['message.created', 'message.updated', 'account.connected'],
      // Meta still has the files of messages that came in shortly before this was installed.
      from: 'beginning',
      handle: (events, tx) => this.note(events, tx, add),
    });
  }

  private async note(events: readonly Told[], tx: EntityManager, add: Add): Promise<void> {
    const messages = uniqueMessages(
      events.filter((event) => event.kind !== 'message.updated' || event.payload.change === 'edited'),
    );
    const revoked = uniqueMessages(
      events.filter((event) => event.kind === 'message.updated' && event.payload.change === 'revoked'),
    );
    const connected = events.filter(({ kind }) => kind === 'account.connected');
    // What was taken back meanwhile is not noted: the message says so itself.
    const added = messages.length === 0 ? 0 : await add(tx, messages);
    // By each of them, whatever the platform: a removal by the other one may come before its file is noted.
    if (revoked.length > 0) await this.removals.removeOf(tx, revoked);
    if (connected.length > 0)
      await this.media.makeDue(
        tx,
        connected.map(({ accountId }) => accountId),
      );
    if (added > 0 || connected.length > 0)
      await this.jobs.add('media', 'fetch', {}, { jobId: 'wake', delayMs: COMMIT_MS });
  }
}

function uniqueMessages(events: readonly Told[]): MessageKey[] {
  const found = new Map<MessageId, AccountId>();
  for (const { accountId, payload } of events)
    if ('messageId' in payload) found.set(payload.messageId, accountId);
  return [...found].map(([messageId, accountId]) => ({ accountId, messageId }));
}
