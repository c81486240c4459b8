import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId, AssetId, ContactId, ConversationId } from '../database/ids';
import { newId } from '../database/ids';
import { Outbox } from '../domain-events/outbox';
import { isGreater } from './contacts/contact-facts';
import type { Platform } from './conversation-types';
import { wakeByMessage } from './inbox/conversation-waking';

/** One message about to join a conversation: where it belongs and what it does to the conversation's counters. */
export interface Joining {
  accountId: AccountId;
  assetId: AssetId;
  platform: Platform;
  contactId: ContactId | null;
  /** Meta's group id, or an empty string; then the contact is only the author. */
  groupId: string;
  preview: string | null;
  at: Date;
  /** From the customer and new: it counts as unread and opens the customer service window. */
  opensWindow: boolean;
}

export interface Joined {
  conversationId: ConversationId;
  /** The message's place in its conversation, from 1, without gaps. */
  seq: string;
}

/** Free-form answers are allowed for this long after the customer's last message (WhatsApp, Messenger, Instagram alike). */
export const SERVICE_WINDOW_MS = 24 * 60 * 60 * 1000;
/** In characters as people and PostgreSQL count them, not in UTF-16 units. */
export const PREVIEW_LENGTH = 200;

interface Group {
  first: Joining;
  members: Joining[];
}

interface ConversationRow {
  account_id: AccountId;
  asset_id: AssetId;
  contact_id: ContactId | null;
  group_id: string;
  id: ConversationId;
  last_seq: string;
  is_snoozed: boolean;
}

/**
 * Opens the conversation that messages belong to, or finds the open one, and moves its counters, in one statement for a
 * whole batch. That there is one open conversation for a contact and channel is a unique index, not a check.
 */
@Injectable()
export class ConversationOpener {
  constructor(private readonly outbox: Outbox) {}

  /** @returns in the order given; sequence numbers follow that order */
  async join(tx: EntityManager, joining: readonly Joining[]): Promise<Joined[]> {
    const groups = new Map<string, Group>();
    for (const item of joining) {
      const key = conversationKey(
        item.accountId,
        item.assetId,
        item.groupId === '' ? item.contactId : null,
        item.groupId,
      );
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { first: item, members: [item] });
      else group.members.push(item);
    }
    // Sorted, so that concurrent transactions lock conversations in the same order.
    const sorted = [...groups.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
    const rows = [
      ...(await this.upsert(
        tx,
        sorted.filter(({ first }) => first.groupId === ''),
        'contact_id',
      )),
      ...(await this.upsert(
        tx,
        sorted.filter(({ first }) => first.groupId !== ''),
        'group_id',
      )),
    ];
    const byKey = new Map(
      rows.map((row) => [conversationKey(row.account_id, row.asset_id, row.contact_id, row.group_id), row]),
    );
    await this.wake(tx, rows, groups);
    const given = new Map<string, bigint>();
    return joining.map((item) => {
      const key = conversationKey(
        item.accountId,
        item.assetId,
        item.groupId === '' ? item.contactId : null,
        item.groupId,
      );
      const row = byKey.get(key);
      const size = groups.get(key)?.members.length;
      if (row === undefined || size === undefined)
        throw new Error('A conversation that was opened did not come back.');
      const seq = (given.get(key) ?? BigInt(row.last_seq) - BigInt(size)) + 1n;
      given.set(key, seq);
      return { conversationId: row.id, seq: seq.toString() };
    });
  }

  /** What was put aside until the customer writes. There is hardly ever one, so that the statement is hardly ever made. */
  private async wake(
    tx: EntityManager,
    rows: readonly ConversationRow[],
    groups: ReadonlyMap<string, Group>,
  ): Promise<void> {
    const woken = rows.filter((row) => {
      const key = conversationKey(row.account_id, row.asset_id, row.contact_id, row.group_id);
      return row.is_snoozed && groups.get(key)?.members.some(({ opensWindow }) => opensWindow) === true;
    });
    await wakeByMessage(
      tx,
      this.outbox,
      woken.map((row) => ({ accountId: row.account_id, id: row.id })),
    );
  }

  private async upsert(
    tx: EntityManager,
    groups: readonly Group[],
    uniqueBy: 'contact_id' | 'group_id',
  ): Promise<ConversationRow[]> {
    if (groups.length === 0) return [];
    const arbiter =
      uniqueBy === 'contact_id'
        ? `(account_id, asset_id, contact_id) WHERE status <> 'closed' AND contact_id IS NOT NULL`
        : `(account_id, asset_id, group_id) WHERE status <> 'closed' AND group_id <> ''`;
    const rows = groups.map(({ first, members }) => {
      const latest = members.reduce((a, b) => (showsRather(b, a) ? b : a));
      const inbound = members.filter((member) => member.opensWindow);
      const lastInbound = inbound.reduce<Date | null>((a, { at }) => (a === null || at > a ? at : a), null);
      return {
        ...first,
        contactId: uniqueBy === 'contact_id' ? first.contactId : null,
        size: members.length,
        unread: inbound.length,
        latestAt: latest.at,
        preview: latest.preview === null ? null : firstCharacters(latest.preview, PREVIEW_LENGTH),
        lastInbound,
        windowExpires: lastInbound === null ? null : new Date(lastInbound.getTime() + SERVICE_WINDOW_MS),
      };
    });
    return tx.query(
      `INSERT INTO conversations AS c (account_id, id, platform, asset_id, contact_id, group_id, last_seq, unread_count,
                                       last_message_at, last_message_preview, last_inbound_at, window_expires_at,
                                       inbound_count)
       SELECT told.*, told.unread FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::text[], $7::bigint[],
                            $8::int[], $9::timestamptz[], $10::text[], $11::timestamptz[], $12::timestamptz[])
                AS told (account_id, id, platform, asset_id, contact_id, group_id, last_seq, unread, last_message_at,
                         preview, last_inbound_at, window_expires_at)
       ON CONFLICT ${arbiter} DO UPDATE SET
         last_seq = c.last_seq + excluded.last_seq,
         unread_count = c.unread_count + excluded.unread_count,
         inbound_count = c.inbound_count + excluded.inbound_count,
         last_message_preview = CASE WHEN excluded.last_message_at < c.last_message_at THEN c.last_message_preview
                                     WHEN excluded.last_message_at = c.last_message_at
                                     THEN greatest(c.last_message_preview, excluded.last_message_preview COLLATE "C")
                                     ELSE excluded.last_message_preview END,
         last_message_at = greatest(c.last_message_at, excluded.last_message_at),
         last_inbound_at = greatest(c.last_inbound_at, excluded.last_inbound_at),
         window_expires_at = greatest(c.window_expires_at, excluded.window_expires_at),
         updated_at = now()
       RETURNING account_id, asset_id, contact_id, group_id, id, last_seq, status = 'snoozed' AS is_snoozed`,
      [
        rows.map((row) => row.accountId),
        rows.map(() => newId<ConversationId>()),
        rows.map((row) => row.platform),
        rows.map((row) => row.assetId),
        rows.map((row) => row.contactId),
        rows.map((row) => row.groupId),
        rows.map((row) => row.size),
        rows.map((row) => row.unread),
        rows.map((row) => row.latestAt),
        rows.map((row) => row.preview),
        rows.map((row) => row.lastInbound),
        rows.map((row) => row.windowExpires),
      ],
    );
  }
}

/**
 * The later message shows; of two of the same second, which WhatsApp cannot tell apart, the greater text, so that one with
 * words comes before one without, and their order of arrival decides nothing.
 */
function showsRather(a: Joining, b: Joining): boolean {
  if (a.at.getTime() !== b.at.getTime()) return a.at > b.at;
  return a.preview !== null && (b.preview === null || isGreater(a.preview, b.preview));
}

function firstCharacters(text: string, count: number): string {
  // No character takes more than two units; the half of one that the cut may leave is beyond the count.
  const characters = Array.from(text.slice(0, 2 * count));
  return characters.slice(0, count).join('').toWellFormed();
}

function conversationKey(
  account: AccountId,
  asset: AssetId,
  contact: ContactId | null,
  group: string,
): string {
  return `${account} ${asset} ${contact ?? ''} ${group}`;
}
