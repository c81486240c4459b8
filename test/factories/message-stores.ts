import type { DataSource } from 'typeorm';
import { ContactMerger } from '../../src/conversations/contact-merger';
import { ContactResolver } from '../../src/conversations/contact-resolver';
import { ContactsService } from '../../src/conversations/contacts.service';
import { ConversationMerger } from '../../src/conversations/conversation-merger';
import { ConversationOpener } from '../../src/conversations/conversation-opener';
import { MessageChangeStore } from '../../src/conversations/message-change-store';
import { MessageStatusStore } from '../../src/conversations/message-status-store';
import { MessageStore } from '../../src/conversations/message-store.service';
import { RepeatedMessages } from '../../src/conversations/repeated-messages';
import { SendLedger } from '../../src/conversations/send-ledger.service';
import { Outbox } from '../../src/domain-events/outbox';

export interface MessageStores {
  store: MessageStore;
  statuses: MessageStatusStore;
  changes: MessageChangeStore;
  contacts: ContactsService;
  resolver: ContactResolver;
  ledger: SendLedger;
}

/** What the module of conversations puts together, for tests that need its stores and no application. */
export function messageStores(db: DataSource): MessageStores {
  const outbox = new Outbox();
  const changes = new MessageChangeStore();
  const resolver = new ContactResolver(new ContactMerger(new ConversationMerger(outbox)));
  const statuses = new MessageStatusStore(resolver, changes, outbox);
  const opener = new ConversationOpener();
  const repetitions = new RepeatedMessages(resolver, changes, outbox);
  return {
    store: new MessageStore(resolver, opener, statuses, changes, repetitions, outbox),
    statuses,
    changes,
    contacts: new ContactsService(db, resolver),
    resolver,
    ledger: new SendLedger(db, resolver, opener, statuses, changes, outbox),
  };
}
