import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AssetKind } from '../../assets/entities/asset.entity';
import type { AccountId } from '../../database/ids';
import type { DeliveredEvent } from '../../domain-events/outbox-subscribers';
import type { EventPlace } from './event-filter';

const NOWHERE: EventPlace = { platform: null, channelId: null };

/** Platforms as conversations name them; a business account is no channel, as its numbers are. */
const PLATFORM_OF_ASSET: Readonly<Record<AssetKind, string>> = {
  waba: 'whatsapp',
  phone_number: 'whatsapp',
  page: 'facebook',
  instagram: 'instagram',
};
/** By the first part of a kind, where nothing nearer is known. */
const PLATFORM_OF_KIND: Readonly<Record<string, string>> = {
  whatsapp: 'whatsapp',
  template: 'whatsapp',
  campaign: 'whatsapp',
  facebook: 'facebook',
  page: 'facebook',
  instagram: 'instagram',
};

interface AssetRow {
  account_id: AccountId;
  id: string;
  kind: AssetKind;
  meta_id: string;
}

interface ConversationRow {
  account_id: AccountId;
  id: string;
  asset_id: string;
  platform: string;
}

/** On which platform and channel events happened, for those who want to be told of some only. */
@Injectable()
export class EventPlaces {
  /** @returns by the event's id */
  async load(tx: EntityManager, events: readonly DeliveredEvent[]): Promise<(eventId: string) => EventPlace> {
    const accountIds = [...new Set(events.map(({ accountId }) => accountId))];
    const conversations: ConversationRow[] = await tx.query(
      `SELECT c.account_id, c.id, c.asset_id, c.platform
         FROM unnest($1::uuid[], $2::uuid[]) AS wanted (account_id, id) JOIN conversations c USING (account_id, id)`,
      columnsOf(events, conversationOf),
    );
    const assets: AssetRow[] = await tx.query(
      `SELECT account_id, id, kind, meta_id FROM assets
        WHERE account_id = ANY($1) AND (id = ANY($2::uuid[]) OR (kind = 'phone_number' AND meta_id = ANY($3)))`,
      [
        accountIds,
        events.flatMap((event) => assetOf(event) ?? []),
        events.flatMap((event) => numberOf(event) ?? []),
      ],
    );
    const byConversation = new Map(conversations.map((row) => [`${row.account_id} ${row.id}`, row]));
    const byAsset = new Map(
      assets.flatMap((row) => [
        [`${row.account_id} ${row.id}`, row],
        [`${row.account_id} number ${row.meta_id}`, row],
      ]),
    );
    const places = new Map<string, EventPlace>();
    for (const event of events) {
      const conversation = byConversation.get(`${event.accountId} ${conversationOf(event) ?? ''}`);
      const asset =
        byAsset.get(`${event.accountId} ${assetOf(event) ?? ''}`) ??
        byAsset.get(`${event.accountId} number ${numberOf(event) ?? ''}`);
      places.set(event.id, {
        platform:
          conversation?.platform ??
          (asset === undefined ? undefined : PLATFORM_OF_ASSET[asset.kind]) ??
          PLATFORM_OF_KIND[event.kind.split('.')[0] ?? ''] ??
          null,
        channelId: conversation?.asset_id ?? asset?.id ?? null,
      });
    }
    return (eventId) => places.get(eventId) ?? NOWHERE;
  }
}

/** What happens to one of these goes out one after the other: a conversation, or a comment that stands in none yet. */
export function partitionOf(event: DeliveredEvent): string | null {
  const { payload } = event;
  return conversationOf(event) ?? ('commentId' in payload ? payload.commentId : null);
}

function conversationOf({ conversation, payload }: DeliveredEvent): string | null {
  return conversation?.id ?? ('conversationId' in payload ? payload.conversationId : null);
}

function assetOf({ payload }: DeliveredEvent): string | null {
  return 'assetId' in payload ? payload.assetId : null;
}

function numberOf({ payload }: DeliveredEvent): string | null {
  return 'phoneNumberId' in payload ? payload.phoneNumberId : null;
}

function columnsOf(
  events: readonly DeliveredEvent[],
  idOf: (event: DeliveredEvent) => string | null,
): [AccountId[], string[]] {
  const found = new Map<string, [AccountId, string]>();
  for (const event of events) {
    const id = idOf(event);
    if (id !== null) found.set(`${event.accountId} ${id}`, [event.accountId, id]);
  }
  return [[...found.values()].map(([accountId]) => accountId), [...found.values()].map(([, id]) => id)];
}
