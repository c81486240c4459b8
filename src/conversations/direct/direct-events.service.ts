import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppConfig } from '../../config/app-config';
import type { EventLedger, RoutedEvent } from '../../webhooks/webhook-handler.registry';
import type { ArrivedMessage, ArrivedStatus } from '../conversation-types';
import { ContactProfilesRepository } from '../contacts/contact-profiles.repository';
import {
  type DirectEvent,
  accountLinkedDirect,
  deliveredDirect,
  echoedDirect,
  editedDirect,
  optedInDirect,
  otherDirect,
  postbackDirect,
  reactedDirect,
  readDirect,
  receivedDirect,
  referredDirect,
  revokedDirect,
  sentDirect,
} from './direct-arrivals';
import { DirectOptIns } from './direct-opt-ins';
import { DirectThreads } from './direct-threads';
import { accountLinkFact, channelFact, handoverFacts, owned, referralFact } from './direct-thread-facts';
import { findEchoedSends } from './echoed-sends';
import { MessageStore } from '../messages/message-store.service';
import { MessageWatermarks, type Watermark } from '../messages/message-watermarks';
import { readEach } from '../routed-events';

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
    private readonly config: AppConfig,
    private readonly store: MessageStore,
    private readonly watermarks: MessageWatermarks,
    private readonly threads: DirectThreads,
    private readonly optIns: DirectOptIns,
    private readonly profiles: ContactProfilesRepository,
  ) {}

  async received(
    events: readonly DirectEvent<'message.received'>[],
    tx: EntityManager,
    ledger: EventLedger,
  ): Promise<void> {
    await this.keep(tx, readEach(events, ledger, NOBODY, receivedDirect));
    await this.threads.learn(
      tx,
      owned(events).flatMap((event) => [...channelFact(event), ...referralFact(event)]),
    );
  }

  /** What the business sent: by us, by another tool, by a human in Meta's inbox. */
  async echoed(
    events: readonly DirectEvent<'message.echoed'>[],
    tx: EntityManager,
    ledger: EventLedger,
  ): Promise<void> {
    const echoes = readEach(events, ledger, NOBODY, (home, event) => ({
      message: echoedDirect(home, event),
      sent: sentDirect(home, event),
    }));
    const sent = await this.recognized(tx, echoes);
    // Sends of ours get Meta's id first, so that the echo meets them as a message that is stored already.
    await this.store.recognizeSends(
      tx,
      sent.filter(({ messageId }) => messageId !== null),
    );
    const messages = echoes.map(({ message }) => message);
    await this.keep(tx, messages);
    await this.store.applyStatuses(
      tx,
      sent.filter(({ messageId }) => messageId === null),
    );
    await this.watermarks.applyTo(tx, messages);
  }

  /** Our own app's echoes, and those of nobody, without our message id get it, where it is certain which message they are of. */
  private async recognized(
    tx: EntityManager,
    echoes: readonly { message: ArrivedMessage; sent: ArrivedStatus }[],
  ): Promise<ArrivedStatus[]> {
    const { META_APP_ID, INSTAGRAM_APP_ID } = this.config.env;
    const bare = echoes.filter(
      ({ message, sent }) =>
        sent.messageId === null && [undefined, META_APP_ID, INSTAGRAM_APP_ID].includes(appIdOf(message)),
    );
    const found = await findEchoedSends(
      tx,
      bare.map(({ message }) => message),
    );
    const idOf = new Map(bare.map(({ sent }, place) => [sent, found.get(place) ?? null]));
    return echoes.map(({ sent }) => ({ ...sent, messageId: sent.messageId ?? idOf.get(sent) ?? null }));
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
    await this.keep(tx, readEach(events, ledger, NOBODY, reactedDirect));
  }

  async postback(
    events: readonly DirectEvent<'postback'>[],
    tx: EntityManager,
    ledger: EventLedger,
  ): Promise<void> {
    await this.keep(tx, readEach(events, ledger, NOBODY, postbackDirect));
    await this.threads.learn(
      tx,
      owned(events).flatMap((event) => [...channelFact(event), ...referralFact(event)]),
    );
  }

  async referred(
    events: readonly DirectEvent<'referral'>[],
    tx: EntityManager,
    ledger: EventLedger,
  ): Promise<void> {
    await this.keep(tx, readEach(events, ledger, NOBODY, referredDirect));
    await this.threads.learn(tx, owned(events).flatMap(referralFact));
  }

  async optedIn(
    events: readonly DirectEvent<'optin'>[],
    tx: EntityManager,
    ledger: EventLedger,
  ): Promise<void> {
    // One that names nobody yet is kept all the same: its reference is how the person is written to.
    const told = readEach(events, ledger, NOBODY, ({ accountId, assetId }, event) => ({
      optIn: { accountId, assetId, optIn: event.payload, at: event.occurredAt },
      message: optedInDirect({ accountId, assetId }, event),
    }));
    await this.keep(
      tx,
      told.flatMap(({ message }) => message ?? []),
    );
    await this.optIns.record(
      tx,
      told.map(({ optIn }) => optIn),
    );
  }

  /** Which app owns the thread from now on, or would like to. */
  async handedOver(
    events: readonly DirectEvent<'handover'>[],
    tx: EntityManager,
    ledger: EventLedger,
  ): Promise<void> {
    const threads = events.filter(({ payload }) => payload.action !== 'roles');
    const facts = readEach(threads, ledger, NOBODY, (owner, event) => {
      const found = handoverFacts({ ...event, owner });
      return found.length === 0 ? null : found;
    });
    await this.threads.learn(tx, facts.flat());
  }

  async accountLinked(
    events: readonly RoutedEvent<'messenger.account_linking'>[],
    tx: EntityManager,
    ledger: EventLedger,
  ): Promise<void> {
    await this.keep(tx, readEach(events, ledger, NOBODY, accountLinkedDirect));
    await this.threads.learn(tx, owned(events).flatMap(accountLinkFact));
  }

  /** What people do that is nothing of all this: answers to a survey, an order, a game. */
  async other(
    events: readonly DirectEvent<'other'>[],
    tx: EntityManager,
    ledger: EventLedger,
  ): Promise<void> {
    await this.keep(tx, readEach(events, ledger, NOBODY, otherDirect));
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

  private async keep(tx: EntityManager, messages: readonly ArrivedMessage[]): Promise<void> {
    await this.store.storeArrived(tx, messages);
    await this.profiles.want(
      tx,
      messages.flatMap(({ accountId, assetId, person, metadata }) =>
        // Nobody's profile but one's own is read as a person's.
        person === null || metadata.is_self === true
          ? []
          : person.identities.map((identity) => ({ accountId, assetId, person: identity })),
      ),
    );
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

function appIdOf({ metadata: { app_id: appId } }: ArrivedMessage): string | undefined {
  return typeof appId === 'string' ? appId : undefined;
}
