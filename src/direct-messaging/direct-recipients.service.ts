import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { contactsOfPerson } from '../conversations/contacts/person-sql';
import type { AccountId, AssetId, ConversationId } from '../database/ids';
import { NotFoundError, ValidationFailedError } from '../errors/app.error';
import type { MessagingPerson, MessagingPlatform } from '../webhooks/messenger-events';

/** How a request names whom it is about: by exactly one of the three. */
export interface NamedRecipient {
  recipient?: { id: string } | undefined;
  /** Ours. */
  conversationId?: string | undefined;
  /** Ours. */
  contactId?: string | undefined;
}

/** From a body that holds more than that. */
export function recipientOf({ recipient, conversationId, contactId }: NamedRecipient): NamedRecipient {
  return { recipient, conversationId, contactId };
}

export interface FoundRecipient {
  person: MessagingPerson;
  /** Where the conversation is; null where the request leaves it open. */
  home: { accountId: AccountId; assetId: AssetId; conversationId: ConversationId } | null;
}

interface FoundRow {
  account_id: AccountId;
  asset_id: AssetId;
  id: ConversationId;
  person: string | null;
}

/** Finds out what Meta calls the person that a request names. */
@Injectable()
export class DirectRecipients {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /**
   * @param accountIds the user's own: what belongs to others is not there
   * @param assetId only a conversation with this Page or account will do
   * @throws ValidationFailedError unless exactly one way of naming is used
   * @throws NotFoundError
   */
  async find(
    platform: MessagingPlatform,
    accountIds: readonly AccountId[],
    named: NamedRecipient,
    assetId: AssetId | null,
  ): Promise<FoundRecipient> {
    const kind = platform === 'messenger' ? 'psid' : 'igsid';
    const { recipient, conversationId, contactId } = named;
    if ([recipient, conversationId, contactId].filter((way) => way !== undefined).length !== 1)
      throw ValidationFailedError.of(
        'recipient',
        'oneOf',
        'Give exactly one of recipient (with id), conversationId and contactId.',
      );
    if (recipient !== undefined) return { person: { kind, value: recipient.id }, home: null };
    const row = await this.findConversation([
      accountIds,
      platform,
      kind,
      assetId,
      conversationId ?? null,
      contactId ?? null,
    ]);
    if (row?.person == null)
      throw nobodyThere(conversationId === undefined ? 'person' : 'conversation', platform);
    return {
      person: { kind, value: row.person },
      home: { accountId: row.account_id, assetId: row.asset_id, conversationId: row.id },
    };
  }

  /** Of somebody with several ids, each for another Page, the one that wrote in this conversation; else the one there is. */
  private async findConversation(parameters: readonly unknown[]): Promise<FoundRow | undefined> {
    const rows: FoundRow[] = await this.database.query(
      `SELECT v.account_id, v.asset_id, v.id, coalesce(
                (SELECT m.sender_id FROM messages m
                   JOIN contact_identities i ON i.account_id = m.account_id AND i.kind = $3 AND i.value = m.sender_id
                    AND i.contact_id = v.contact_id
                  WHERE m.account_id = v.account_id AND m.conversation_id = v.id AND m.direction = 'inbound'
                  ORDER BY m."timestamp" DESC, m.id DESC LIMIT 1),
                (SELECT i.value FROM contact_identities i
                  WHERE i.account_id = v.account_id AND i.contact_id = v.contact_id AND i.kind = $3
                  ORDER BY i.created_at DESC, i.value LIMIT 1)) AS person
         FROM conversations v
        WHERE v.account_id = ANY($1) AND v.platform = $2 AND v.group_id = ''
          AND ($4::uuid IS NULL OR v.asset_id = $4)
          AND ($5::uuid IS NULL OR v.id = $5) AND ($6::uuid IS NULL OR v.contact_id = ANY(${contactsOfPerson('ANY($1)', '$6')}))
        ORDER BY v.last_message_at DESC NULLS LAST, v.id DESC LIMIT 1`,
      [...parameters],
    );
    return rows[0];
  }
}

function nobodyThere(what: 'conversation' | 'person', platform: MessagingPlatform): NotFoundError {
  const name = platform === 'messenger' ? 'Messenger' : 'Instagram';
  return new NotFoundError(
    what === 'conversation'
      ? `There is no such conversation on ${name}.`
      : `There is no such contact, or none that has a conversation with you on ${name}.`,
  );
}
