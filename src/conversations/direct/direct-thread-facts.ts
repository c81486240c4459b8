import type { MessagingPerson, MessagingReferral } from '../../webhooks/messenger-events';
import type { WebhookEventKind } from '../../webhooks/webhook-events';
import type { RoutedEvent } from '../../webhooks/webhook-handler.registry';
import type { DirectEvent, DirectHome } from './direct-arrivals';
import { referralOf, withoutAbsent } from './direct-content';
import type { ThreadFact, ToldThreadFact } from './direct-threads';

/** An event with the Page or account that it came to. */
export type OwnedEvent<Event> = Event & { owner: DirectHome };

export function owned<Event extends Pick<RoutedEvent, 'owner'>>(
  events: readonly Event[],
): OwnedEvent<Event>[] {
  return events.filter((event): event is OwnedEvent<Event> => event.owner !== null);
}

interface InThread {
  owner: DirectHome;
  kind: WebhookEventKind;
  occurredAt: Date;
  payload: { person: MessagingPerson | null };
}

function told({ owner, occurredAt, payload: { person } }: InThread, fact: ThreadFact): ToldThreadFact[] {
  if (person === null) return [];
  const { accountId, assetId } = owner;
  return [{ accountId, assetId, person, at: occurredAt, ...fact }];
}

/** Of what a person did: whether we were told as the owner of the thread. */
export function channelFact(
  event: OwnedEvent<DirectEvent<'message.received'> | DirectEvent<'postback'>>,
): ToldThreadFact[] {
  return told(event, { fact: 'channel', value: { standby: event.payload.standby } });
}

/** What led the person here, which may come with a message, a button, or by itself. */
export function referralFact(
  event: OwnedEvent<DirectEvent<'message.received'> | DirectEvent<'postback'> | DirectEvent<'referral'>>,
): ToldThreadFact[] {
  const referral: MessagingReferral | undefined = event.payload.referral;
  const value = referralOf(referral);
  return value === undefined || Object.keys(value).length === 0
    ? []
    : told(event, { fact: 'referral', value });
}

/** Roles of apps are the Page's, not a thread's. */
export function handoverFacts(event: OwnedEvent<DirectEvent<'handover'>>): ToldThreadFact[] {
  const { payload } = event;
  switch (payload.action) {
    case 'passed':
    case 'taken':
      return told(event, {
        fact: 'owner',
        value: {
          app_id: payload.newOwnerAppId,
          previous_app_id: payload.previousOwnerAppId,
          ...withoutAbsent({ metadata: payload.metadata }),
        },
      });
    case 'requested':
      return told(event, {
        fact: 'request',
        value: { app_id: payload.requestedOwnerAppId, ...withoutAbsent({ metadata: payload.metadata }) },
      });
    case 'roles':
      return [];
  }
}

export function accountLinkFact(
  event: OwnedEvent<RoutedEvent<'messenger.account_linking'>>,
): ToldThreadFact[] {
  return told(event, { fact: 'account_link', value: { linked: event.payload.status === 'linked' } });
}
