import type { PublicEvent } from '../../public-events/public-event';
import { PAYLOAD_VERSION } from './endpoint-states';

/** What is sent of an event, as bytes that never change again: signatures and receivers' notes hold over every attempt. */
export function deliveryBody(event: PublicEvent): string {
  return JSON.stringify({
    type: event.type,
    timestamp: event.at.toISOString(),
    version: PAYLOAD_VERSION,
    accountId: event.accountId,
    eventId: event.id,
    conversation: event.conversation,
    data: event.data,
  });
}

/** What a test sends: of a type that no event has, so that a receiver cannot take it for one. */
export function testBody(accountId: string, eventId: string, at: Date): string {
  return JSON.stringify({
    type: 'endpoint.test',
    timestamp: at.toISOString(),
    version: PAYLOAD_VERSION,
    accountId,
    eventId,
    conversation: null,
    data: { message: 'This is a test. Nothing has happened.' },
  });
}

/** What receivers know a message by. @param id of the delivery */
export function messageIdOf(id: string): string {
  return `msg_${id}`;
}
