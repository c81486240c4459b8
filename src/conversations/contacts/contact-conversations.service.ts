import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AssetId, ConversationId, UserId } from '../../database/ids';
import type { ConversationPlatform } from '../conversation-types';
import type { ConversationStatus } from '../stored-conversation';
import { type View, visibleCondition } from '../visibility/visible-conversations';
import type { ContactConversation, StoredContact } from './stored-contact';

const SHOWN = 25;

interface Row {
  id: ConversationId;
  platform: ConversationPlatform;
  asset_id: AssetId;
  meta_id: string;
  name: string | null;
  status: ConversationStatus;
  agent_id: UserId | null;
  last_message_at: Date | null;
}

/** The conversations with a person, whichever of the contacts they are with. */
@Injectable()
export class ContactConversations {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** The latest first, of those that the user may see. */
  async of(view: View, contact: StoredContact): Promise<ContactConversation[]> {
    const values: unknown[] = [contact.accountId, [contact.id, ...contact.mergedIds]];
    const visible = visibleCondition(view, 'v', (value) => `$${values.push(value)}`);
    const rows: Row[] = await this.database.query(
      `SELECT v.id, v.platform, v.asset_id, a.meta_id, a.name, v.status, v.agent_id, v.last_message_at
         FROM conversations v JOIN assets a ON a.account_id = v.account_id AND a.id = v.asset_id
        WHERE v.account_id = $1 AND v.contact_id = ANY($2) AND ${visible ?? 'true'}
        ORDER BY v.last_message_at DESC NULLS LAST, v.id DESC LIMIT ${SHOWN}`,
      values,
    );
    return rows.map((row) => ({
      id: row.id,
      platform: row.platform,
      channel: { id: row.asset_id, metaId: row.meta_id, name: row.name },
      status: row.status,
      agentId: row.agent_id,
      lastMessageAt: row.last_message_at,
    }));
  }
}
