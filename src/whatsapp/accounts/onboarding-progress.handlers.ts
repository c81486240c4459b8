import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ContactsService } from '../../conversations/contacts/contacts.service';
import type { PersonIdentity } from '../../conversations/conversation-types';
import type { AccountId } from '../../database/ids';
import {
  type RoutedEvent,
  type WebhookHandler,
  WebhookHandlerRegistry,
} from '../../webhooks/webhook-handler.registry';
import { identitiesOf } from '../messages/message-content';
import { type OwnedEvent, ownedEvents } from '../newest-events';

interface Progress {
  account_id: AccountId;
  phone_number_id: string;
  phase: number | null;
  progress: number | null;
  told_at: string;
  declined: number | null;
}

/** How far the past chats of a number have come in. What they hold is stored by others. */
@Injectable()
export class HistoryProgressHandler implements WebhookHandler<'whatsapp.history'>, OnModuleInit {
  readonly kind = 'whatsapp.history';

  constructor(private readonly registry: WebhookHandlerRegistry) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(events: readonly RoutedEvent<'whatsapp.history'>[], tx: EntityManager): Promise<void> {
    const told = ownedEvents(events).flatMap((event): Progress[] => {
      const { payload, asset } = event;
      if (payload.type === 'media' || asset?.kind !== 'phone_number') return [];
      const isChunk = payload.type === 'chunk';
      return [
        {
          account_id: event.owner.accountId,
          phone_number_id: asset.metaId,
          phase: isChunk ? payload.phase : null,
          progress: isChunk ? payload.progress : null,
          told_at: event.occurredAt.toISOString(),
          declined: payload.errors[0]?.code ?? null,
        },
      ];
    });
    if (told.length === 0) return;
    // Chunks come in any order, and again: the furthest counts.
    await tx.query(
      `UPDATE whatsapp_onboardings o
          SET history_phase = greatest(o.history_phase, e.phase),
              history_progress = greatest(o.history_progress, e.progress),
              history_at = greatest(o.history_at, e.told_at),
              history_declined_code = coalesce(e.declined, o.history_declined_code), updated_at = now()
         FROM (SELECT account_id, phone_number_id, max(phase) AS phase, max(progress) AS progress,
                      max(told_at) AS told_at, max(declined) AS declined
                 FROM jsonb_to_recordset($1::jsonb) AS told (
                   account_id uuid, phone_number_id text, phase integer, progress integer, told_at timestamptz,
                   declined integer)
                GROUP BY 1, 2) AS e
        WHERE o.account_id = e.account_id AND o.phone_number_id = e.phone_number_id`,
      [JSON.stringify(told)],
    );
  }
}

/**
 * The address book of the phone app. Who is in it becomes a contact with the name that the business gave them; who is
 * taken out of it stays one here, for their chats do.
 */
@Injectable()
export class ContactSyncHandler implements WebhookHandler<'whatsapp.contact.synced'>, OnModuleInit {
  readonly kind = 'whatsapp.contact.synced';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly contacts: ContactsService,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(events: readonly RoutedEvent<'whatsapp.contact.synced'>[], tx: EntityManager): Promise<void> {
    const owned = ownedEvents(events);
    await this.contacts.recordPeople(
      tx,
      owned.flatMap((event) => {
        const identities = identitiesIn(event);
        if (event.payload.action === 'remove' || identities.length === 0) return [];
        const name = event.payload.person.name ?? event.payload.firstName ?? null;
        const profile = name === null ? {} : { addressBookName: name };
        return [
          { accountId: event.owner.accountId, person: { identities, name, profile }, at: event.occurredAt },
        ];
      }),
    );
    const numbers = new Map(
      owned.flatMap((event) => {
        const { accountId } = event.owner;
        return event.asset?.kind === 'phone_number'
          ? [
              [
                `${accountId}:${event.asset.metaId}`,
                { accountId, phoneNumberId: event.asset.metaId },
              ] as const,
            ]
          : [];
      }),
    );
    await tx.query(
      `UPDATE whatsapp_onboardings o SET contacts_at = now(), updated_at = now()
         FROM unnest($1::uuid[], $2::text[]) AS e (account_id, phone_number_id)
        WHERE o.account_id = e.account_id AND o.phone_number_id = e.phone_number_id`,
      [
        [...numbers.values()].map(({ accountId }) => accountId),
        [...numbers.values()].map(({ phoneNumberId }) => phoneNumberId),
      ],
    );
  }
}

function identitiesIn({ payload }: OwnedEvent<'whatsapp.contact.synced'>): readonly PersonIdentity[] {
  return identitiesOf(payload.person);
}
