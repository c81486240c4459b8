import type { DataSource } from 'typeorm';
import type { SendResult, StartedSend } from '../../src/conversations/conversation-types';
import type { AccountId, AssetId, MessageId } from '../../src/database/ids';
import { ContactMerger } from '../../src/conversations/contacts/contact-merger';
import { ContactResolver } from '../../src/conversations/contacts/contact-resolver';
import { ContactTies } from '../../src/conversations/contacts/contact-ties';
import { ContactsService } from '../../src/conversations/contacts/contacts.service';
import { ConversationMerger } from '../../src/conversations/conversation-merger';
import { ConversationOpener } from '../../src/conversations/conversation-opener';
import { ErasedPeople } from '../../src/conversations/erasure/erased-people';
import { MessageChangeStore } from '../../src/conversations/messages/message-change-store';
import { MessageStatusStore } from '../../src/conversations/messages/message-status-store';
import { MessageStore } from '../../src/conversations/messages/message-store.service';
import { RepeatedMessages } from '../../src/conversations/messages/repeated-messages';
import { SendClaims } from '../../src/conversations/sends/send-claims.service';
import { SendLedger } from '../../src/conversations/sends/send-ledger.service';
import { SendSettlement } from '../../src/conversations/sends/send-settlement.service';
import { Outbox } from '../../src/domain-events/outbox';

export interface MessageStores {
  store: MessageStore;
  statuses: MessageStatusStore;
  changes: MessageChangeStore;
  contacts: ContactsService;
  resolver: ContactResolver;
  ledger: SendLedger;
  claims: SendClaims;
  settlement: SendSettlement;
}

/** What the module of conversations puts together, for tests that need its stores and no application. */
export function messageStores(db: DataSource): MessageStores {
  const outbox = new Outbox();
  const changes = new MessageChangeStore(outbox);
  const resolver = new ContactResolver(new ContactMerger(new ConversationMerger(outbox), new ContactTies()));
  const statuses = new MessageStatusStore(resolver, changes, outbox);
  const opener = new ConversationOpener(outbox);
  const settlement = new SendSettlement(resolver, statuses, changes, outbox);
  const erased = new ErasedPeople();
  const repetitions = new RepeatedMessages(resolver, changes, outbox);
  return {
    store: new MessageStore(resolver, opener, statuses, changes, repetitions, erased, outbox),
    statuses,
    changes,
    contacts: new ContactsService(db, resolver, erased),
    resolver,
    ledger: new SendLedger(resolver, opener, settlement, outbox),
    claims: new SendClaims(db, settlement),
    settlement,
  };
}

/** Takes one certain message, whoever's turn it is. */
export async function beginSend(
  db: DataSource,
  accountId: AccountId,
  messageId: MessageId,
): Promise<StartedSend | null> {
  const [rows]: [
    {
      asset_id: AssetId;
      recipient: string;
      request: Record<string, unknown>;
      attempts: number;
      limited: number;
    }[],
    number,
  ] = await db.query(
    `UPDATE message_sends SET state = 'sending', started_at = clock_timestamp(), attempts = attempts + 1
      WHERE account_id = $1 AND message_id = $2 AND state = 'queued' AND available_at <= now()
      RETURNING asset_id, recipient, request, attempts, limited`,
    [accountId, messageId],
  );
  const [row] = rows;
  if (row === undefined) return null;
  const { asset_id: assetId, recipient, request, attempts: attempt, limited } = row;
  return {
    ...{ accountId, messageId, assetId, lane: 'reply', recipient, request, attempt, limited },
    ...{ requestId: null, traceParent: null },
  };
}

export async function settleSend(
  db: DataSource,
  settlement: SendSettlement,
  result: SendResult,
): Promise<void> {
  await db.transaction((tx) => settlement.settle(tx, [result]));
}

/** Meta's answer to a message that it takes. */
export function accepted(
  send: StartedSend,
  externalId: string,
  identities: Extract<SendResult, { state: 'accepted' }>['identities'] = [],
): SendResult {
  return { state: 'accepted', send, externalId, identities, details: {} };
}
