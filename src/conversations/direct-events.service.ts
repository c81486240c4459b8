import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { EventLedger, RoutedEvent } from '../webhooks/webhook-handler.registry';
import type { ArrivedStatus } from './conversation-types';
import {
  type DirectEvent,
  deliveredDirect,
  echoedDirect,
  editedDirect,
  optedInDirect,
  postbackDirect,
  reactedDirect,
  readDirect,
  receivedDirect,
  referredDirect,
  revokedDirect,
  sentDirect,
} from './direct-arrivals';
import { MessageStore } from './message-store.service';
import { MessageWatermarks, type Watermark } from './message-watermarks';
import { readEach } from './routed-events';

interface Told {
  statuses: ArrivedStatus[];
  watermark: Watermark | null;
}

const NOBODY = 'Meta names no person';

/**
 * What the direct messages of Pages and Instagram accounts do to conversations. The platform modules register these methods
 * for their own kinds of events: inside the inbox transaction, in batches, as often as the same events come.
 */
@Injectable()
export class DirectEvents {
  constructor(
    private readonly store: MessageStore,
    private readonly watermarks: MessageWatermarks,
  ) {}

  async received(
    events: readonly DirectEvent<'message.received'>[],
    tx: EntityManager,
    ledger: EventLedger,
  ): Promise<void> {
    await this.store.storeArrived(tx, readEach(events, ledger, NOBODY, receivedDirect));
  }

  /** What the business sent: by us, by another tool, by a human in Meta's inbox. */
  async echoed(
    events: readonly DirectEvent<'message.echoed'>[],
    tx: EntityManager,
    ledger: EventLedger,
  ): Promise<void> {
    const echoes = readEach(events, ledger, 'the business wrote to itself', (home, event) => {
      const message = echoedDirect(home, event);
      return message === null ? null : { message, sent: sentDirect(home, event) };
    });
    const sent = echoes.map((echo) => echo.sent);
    // Sends of ours get Meta's id first, so that the echo meets them as a message that is stored already.
    await this.store.applyStatuses(
      tx,
      sent.filter(({ messageId }) => messageId !== null),
    );
    const messages = echoes.map(({ message }) => message);
    await this.store.storeArrived(tx, messages);
    await this.store.applyStatuses(
      tx,
      sent.filter(({ messageId }) => messageId === null),
    );
    await this.watermarks.applyTo(tx, messages);
  }

  async edited(
    events: readonly DirectEvent<'message.edited'>[],
    tx: EntityManager,
    ledger: EventLedger,
  ): Promise<void> {
    await this.store.applyEdits(tx, readEach(events, ledger, 'Meta tells no text', editedDirect));
  }

  async revoked(
    events: readonly DirectEvent<'message.revoked'>[],
    tx: EntityManager,
    ledger: EventLedger,
  ): Promise<void> {
    await this.store.applyRevocations(tx, readEach(events, ledger, NOBODY, revokedDirect));
  }

  async reacted(
    events: readonly DirectEvent<'message.reaction'>[],
    tx: EntityManager,
    ledger: EventLedger,
  ): Promise<void> {
    await this.store.storeArrived(tx, readEach(events, ledger, NOBODY, reactedDirect));
  }

  async postback(
    events: readonly DirectEvent<'postback'>[],
    tx: EntityManager,
    ledger: EventLedger,
  ): Promise<void> {
    await this.store.storeArrived(tx, readEach(events, ledger, NOBODY, postbackDirect));
  }

  async referred(
    events: readonly DirectEvent<'referral'>[],
    tx: EntityManager,
    ledger: EventLedger,
  ): Promise<void> {
    await this.store.storeArrived(tx, readEach(events, ledger, NOBODY, referredDirect));
  }

  async optedIn(
    events: readonly DirectEvent<'optin'>[],
    tx: EntityManager,
    ledger: EventLedger,
  ): Promise<void> {
    await this.store.storeArrived(tx, readEach(events, ledger, 'it names nobody yet', optedInDirect));
  }

  async delivered(
    events: readonly RoutedEvent<'messenger.message.delivered'>[],
    tx: EntityManager,
    ledger: EventLedger,
  ): Promise<void> {
    await this.apply(tx, readEach(events, ledger, NOBODY, deliveredDirect));
  }

  async read(
    events: readonly DirectEvent<'message.read'>[],
    tx: EntityManager,
    ledger: EventLedger,
  ): Promise<void> {
    await this.apply(tx, readEach(events, ledger, 'the business itself read it', readDirect));
  }

  private async apply(tx: EntityManager, told: readonly Told[]): Promise<void> {
    await this.store.applyStatuses(
      tx,
      told.flatMap(({ statuses }) => statuses),
    );
    await this.watermarks.record(
      tx,
      told.flatMap(({ watermark }) => watermark ?? []),
    );
  }
}
