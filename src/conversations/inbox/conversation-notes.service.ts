import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AccountId, ConversationId, NoteId, UserId } from '../../database/ids';
import { newId } from '../../database/ids';
import { repeatLostRaces } from '../../database/lost-race';
import { Outbox } from '../../domain-events/outbox';
import { ForbiddenError, NotFoundError, ValidationFailedError } from '../../errors/app.error';
import type { ConversationKey } from '../conversations.service';
import type { StoredNote } from './stored-note';

export interface NoteSlice {
  limit: number;
  /** At most one of the two: older than this one, newer than this one. */
  before?: NoteId | undefined;
  after?: NoteId | undefined;
}

interface NoteRow {
  id: NoteId;
  conversation_id: ConversationId;
  author_id: UserId | null;
  author_name: string | null;
  text: string;
  mentions: { id: UserId; name: string }[] | null;
  created_at: Date;
  edited_at: Date | null;
}

const NO_SUCH_NOTE = 'There is no such note.';

/** What the team says to itself about a conversation. It never leaves the service for the customer. */
@Injectable()
export class ConversationNotes {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly outbox: Outbox,
  ) {}

  /** One page, newest first; with `after` the oldest of those that are newer, so that a reader can go on without a gap. */
  async page({ accountId, id }: ConversationKey, slice: NoteSlice): Promise<StoredNote[]> {
    const position = slice.before ?? slice.after;
    const order = slice.before === undefined && slice.after !== undefined ? 'ASC' : 'DESC';
    const rows: NoteRow[] = await this.database.query(
      `WITH listed AS (
         SELECT * FROM conversation_notes
          WHERE account_id = $1 AND conversation_id = $2 ${position === undefined ? '' : `AND id ${order === 'ASC' ? '>' : '<'} $4`}
          ORDER BY id ${order} LIMIT $3) ${DESCRIBE} ORDER BY n.id DESC`,
      [accountId, id, slice.limit, ...(position === undefined ? [] : [position])],
    );
    return rows.map(toNote);
  }

  /** @throws ValidationFailedError when somebody is mentioned who is no member of the account */
  async add(
    { accountId, id }: ConversationKey,
    authorId: UserId,
    note: { text: string; mentionedUserIds: readonly UserId[] },
  ): Promise<StoredNote> {
    const noteId = newId<NoteId>();
    const mentionedUserIds = [...new Set(note.mentionedUserIds)];
    // The conversation may go on in another one at this very moment: then it is not found any more.
    await repeatLostRaces(() =>
      this.database.transaction(async (tx) => {
        await this.refuseStrangers(tx, accountId, mentionedUserIds);
        await tx.query(
          `INSERT INTO conversation_notes (account_id, id, conversation_id, author_id, text, mentioned_user_ids)
           VALUES ($1, $2, $3, $4, $5, $6)`,
          [accountId, noteId, id, authorId, note.text, mentionedUserIds],
        );
        await this.outbox.record(tx, [
          {
            kind: 'conversation.note_added',
            accountId,
            payload: { conversationId: id, noteId, authorId, mentionedUserIds },
          },
        ]);
      }),
    );
    return this.get({ accountId, id }, noteId);
  }

  /**
   * Whoever is mentioned anew is told of it.
   * @throws ForbiddenError unless it is the user's own
   */
  async edit(
    key: ConversationKey,
    noteId: NoteId,
    userId: UserId,
    changes: { text?: string | undefined; mentionedUserIds?: readonly UserId[] | undefined },
  ): Promise<StoredNote> {
    const { accountId, id } = key;
    await this.database.transaction(async (tx) => {
      const note = await this.lock(tx, key, noteId);
      if (note.author_id !== userId) throw new ForbiddenError('Only its author may change a note.');
      const mentioned = [...new Set(changes.mentionedUserIds ?? note.mentioned_user_ids)];
      const fresh = mentioned.filter((user) => !note.mentioned_user_ids.includes(user));
      await this.refuseStrangers(tx, accountId, fresh);
      await tx.query(
        `UPDATE conversation_notes SET text = coalesce($3, text), mentioned_user_ids = $4,
                edited_at = CASE WHEN $3 <> text THEN now() ELSE edited_at END
          WHERE account_id = $1 AND id = $2`,
        [accountId, noteId, changes.text ?? null, mentioned],
      );
      await this.outbox.record(tx, [
        fresh.length > 0
          ? {
              kind: 'conversation.note_added',
              accountId,
              payload: { conversationId: id, noteId, authorId: userId, mentionedUserIds: fresh },
            }
          : { kind: 'conversation.updated', accountId, payload: { conversationId: id, changed: ['notes'] } },
      ]);
    });
    return this.get(key, noteId);
  }

  /** @param mayRemoveOthers throws where the user may remove only what is the user's own */
  async remove(
    key: ConversationKey,
    noteId: NoteId,
    userId: UserId,
    mayRemoveOthers: () => Promise<unknown>,
  ): Promise<void> {
    const { accountId, id } = key;
    const note = await this.get(key, noteId);
    if (note.author?.id !== userId) await mayRemoveOthers();
    await this.database.transaction(async (tx) => {
      await this.lock(tx, key, noteId);
      await tx.query('DELETE FROM conversation_notes WHERE account_id = $1 AND id = $2', [accountId, noteId]);
      await this.outbox.record(tx, [
        { kind: 'conversation.updated', accountId, payload: { conversationId: id, changed: ['notes'] } },
      ]);
    });
  }

  /** @throws NotFoundError when the conversation has no such note */
  async get({ accountId, id }: ConversationKey, noteId: NoteId): Promise<StoredNote> {
    const rows: NoteRow[] = await this.database.query(
      `WITH listed AS (
         SELECT * FROM conversation_notes WHERE account_id = $1 AND conversation_id = $2 AND id = $3) ${DESCRIBE}`,
      [accountId, id, noteId],
    );
    const [row] = rows;
    if (row === undefined) throw new NotFoundError(NO_SUCH_NOTE);
    return toNote(row);
  }

  private async lock(
    tx: EntityManager,
    { accountId, id }: ConversationKey,
    noteId: NoteId,
  ): Promise<{ author_id: UserId | null; mentioned_user_ids: UserId[] }> {
    const rows: { author_id: UserId | null; mentioned_user_ids: UserId[] }[] = await tx.query(
      `SELECT author_id, mentioned_user_ids FROM conversation_notes
        WHERE account_id = $1 AND conversation_id = $2 AND id = $3 FOR UPDATE`,
      [accountId, id, noteId],
    );
    const [row] = rows;
    if (row === undefined) throw new NotFoundError(NO_SUCH_NOTE);
    return row;
  }

  private async refuseStrangers(
    tx: EntityManager,
    accountId: AccountId,
    userIds: readonly UserId[],
  ): Promise<void> {
    if (userIds.length === 0) return;
    const members: unknown[] = await tx.query(
      `SELECT m.user_id FROM account_members m JOIN users u ON u.id = m.user_id
        WHERE m.account_id = $1 AND m.user_id = ANY($2) AND u.deleted_at IS NULL`,
      [accountId, userIds],
    );
    if (members.length < userIds.length)
      throw ValidationFailedError.of(
        'mentionedUserIds',
        'memberOfAccount',
        'mentionedUserIds must be members of the account that the conversation is of.',
      );
  }
}

const DESCRIBE = `
  SELECT n.id, n.conversation_id, n.author_id, u.name AS author_name, n.text, n.created_at, n.edited_at, m.mentions
    FROM listed n
    LEFT JOIN users u ON u.id = n.author_id
    LEFT JOIN LATERAL (
      SELECT jsonb_agg(jsonb_build_object('id', w.id, 'name', w.name) ORDER BY w.name, w.id) AS mentions
        FROM users w WHERE w.id = ANY(n.mentioned_user_ids)) m ON true`;

function toNote(row: NoteRow): StoredNote {
  return {
    id: row.id,
    conversationId: row.conversation_id,
    author: row.author_id === null ? null : { id: row.author_id, name: row.author_name ?? '' },
    text: row.text,
    mentions: row.mentions ?? [],
    createdAt: row.created_at,
    editedAt: row.edited_at,
  };
}
