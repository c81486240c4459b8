import type { DomainEvent, EventSeverity } from '../../domain-events/domain-events';
import { fingerprintOf } from '../../webhooks/event-fingerprint';
import type { WebhookEventKind } from '../../webhooks/webhook-events';
import type { AccountRestriction } from '../entities/whatsapp-business-account.entity';
import type { OwnedEvent } from '../newest-events';
import type { TouchedAccount } from './account-events.repository';
import type { AccountOccurrence } from './account-history';

export type AccountEventKind =
  | Extract<WebhookEventKind, `whatsapp.${'account' | 'business'}.${string}`>
  | 'whatsapp.partner_solution'
  | 'whatsapp.payment_configuration.updated';

/** What a webhook about a WABA comes to, for people and for other parts of the product. */
export interface AccountTelling {
  field: string;
  event: string | null;
  phoneNumberId: string | null;
  what: string;
  previous: string | null;
  current: string | null;
  restrictions: AccountRestriction[];
  severity: EventSeverity;
  summary: string;
  details: unknown;
}

export function toldOf<K extends AccountEventKind>(
  occurrence: OwnedEvent<K>,
  { summary: _summary, details: _details, ...told }: AccountTelling,
): DomainEvent<'whatsapp.account.updated'> {
  return {
    kind: 'whatsapp.account.updated',
    accountId: occurrence.owner.accountId,
    payload: { wabaId: occurrence.asset?.metaId ?? '', ...told },
    fingerprint: fingerprintOf(occurrence),
  };
}

export function occurrenceOf<K extends AccountEventKind>(
  occurrence: OwnedEvent<K>,
  telling: AccountTelling,
): AccountOccurrence {
  const { what, previous, current, severity } = telling;
  return {
    accountId: occurrence.owner.accountId,
    wabaId: occurrence.asset?.metaId ?? null,
    phoneNumberId: telling.phoneNumberId,
    field: telling.field,
    event: telling.event,
    severity,
    summary: telling.summary,
    changes: current === null || current === previous ? [] : [{ what, previous, current, severity }],
    details: telling.details,
    occurredAt: occurrence.occurredAt,
    fingerprint: fingerprintOf(occurrence),
  };
}

export function wabaKey({ owner }: Pick<OwnedEvent<WebhookEventKind>, 'owner'>): string {
  return `${owner.accountId}:${owner.assetId}`;
}

export function touchedByWaba(touched: readonly TouchedAccount[]): Map<string, TouchedAccount> {
  return new Map(touched.map((account) => [`${account.accountId}:${account.waba}`, account]));
}
