import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { UserId } from '../../database/ids';
import type { ConversationKey } from '../conversations.service';
import type { ActivityKind, StoredActivity } from './conversation-activity';

export interface ActivitySlice {
  limit: number;
  /** At most one of the two: older than this one, newer than this one. */
  before?: string | undefined;
  after?: string | undefined;
}

interface ActivityRow {
  id: string;
  kind: ActivityKind;
  actor_id: UserId | null;
  actor_name: string | null;
  payload: Record<string, unknown>;
  at: Date;
}

/** What was done with a conversation, and by whom. */
@Injectable()
export class ConversationActivities {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** One page, newest first; with `after` the oldest of those that are newer. */
  async page({ accountId, id }: ConversationKey, slice: ActivitySlice): Promise<StoredActivity[]> {
    const position = slice.before ?? slice.after;
    const order = slice.before === undefined && slice.after !== undefined ? 'ASC' : 'DESC';
    const rows: ActivityRow[] = await this.database.query(
      `WITH listed AS (
         SELECT * FROM conversation_activities
          WHERE account_id = $1 AND conversation_id = $2 ${position === undefined ? '' : `AND id ${order === 'ASC' ? '>' : '<'} $4`}
          ORDER BY id ${order} LIMIT $3)
       SELECT l.id, l.kind, l.actor_id, u.name AS actor_name, l.payload, l.at
         FROM listed l LEFT JOIN users u ON u.id = l.actor_id ORDER BY l.id DESC`,
      [accountId, id, slice.limit, ...(position === undefined ? [] : [position])],
    );
    return rows.map((row) => ({
      id: row.id,
      kind: row.kind,
      actor: row.actor_id === null ? null : { id: row.actor_id, name: row.actor_name ?? '' },
      payload: row.payload,
      at: row.at,
    }));
  }
}
