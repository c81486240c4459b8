import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type AccountId, type ConversationId, createdAtOf } from '../../database/ids';
import { listPartitions } from '../../database/partition-catalogue';
import {
  CASE_COLUMNS,
  REPLACE_CASE,
  caseOfRow,
  casesOf,
  conversationsOfComments,
  conversationsOfMessages,
} from './conversation-cases';

export type ConversationRef = [accountId: AccountId, conversationId: ConversationId];
type SubjectRef = readonly [accountId: AccountId, id: string];

/** What was told: messages and comments of customers may begin cases, conversations were closed, reopened or merged. */
export interface ToldOfCases {
  messages: readonly SubjectRef[];
  comments: readonly SubjectRef[];
  conversations: readonly ConversationRef[];
}

/** Finds out again which cases conversations had, and puts right what was stored of them. */
@Injectable()
export class CaseCounting {
  /** @param tx holds the lock of each account */
  async correct(tx: EntityManager, told: ToldOfCases): Promise<void> {
    const refs = distinct([
      ...told.conversations,
      ...(await this.conversations(tx, conversationsOfMessages, told.messages)),
      ...(await this.conversations(tx, conversationsOfComments, told.comments)),
    ]);
    if (refs.length > 0) await this.replace(tx, refs);
  }

  /** @returns how many cases were not as they should have been */
  async replace(tx: EntityManager, refs: readonly ConversationRef[]): Promise<number> {
    const [row]: { corrected: number }[] = await tx.query(
      `WITH told AS MATERIALIZED (
         SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS told (account_id, conversation_id)),
       fresh AS MATERIALIZED (${casesOf('told', '$3')}),
       wrong AS (
         DELETE FROM conversation_cases k USING told
          WHERE k.account_id = told.account_id AND k.conversation_id = told.conversation_id
            AND NOT EXISTS (SELECT FROM fresh f
                             WHERE f.account_id = k.account_id AND f.conversation_id = k.conversation_id
                               AND f.after_activity_id = k.after_activity_id)
         RETURNING 1),
       put AS (
         INSERT INTO conversation_cases AS k (${CASE_COLUMNS})
         SELECT ${CASE_COLUMNS} FROM fresh ORDER BY account_id, conversation_id, after_activity_id
         ON CONFLICT ON CONSTRAINT conversation_cases_pkey DO UPDATE SET ${REPLACE_CASE}
          WHERE ${caseOfRow('k')} IS DISTINCT FROM ${caseOfRow('excluded')}
         RETURNING 1)
       SELECT ((SELECT count(*) FROM wrong) + (SELECT count(*) FROM put))::integer AS corrected`,
      [refs.map(([accountId]) => accountId), refs.map(([, id]) => id), await this.oldestStored(tx)],
    );
    return row?.corrected ?? 0;
  }

  private async conversations(
    tx: EntityManager,
    query: (told: string) => string,
    refs: readonly SubjectRef[],
  ): Promise<ConversationRef[]> {
    if (refs.length === 0) return [];
    const rows: { account_id: AccountId; conversation_id: ConversationId }[] = await tx.query(
      `WITH told AS MATERIALIZED (
         SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS told (account_id, message_id))
       ${query('told')}`,
      [refs.map(([accountId]) => accountId), refs.map(([, id]) => id)],
    );
    return rows.map((row): ConversationRef => [row.account_id, row.conversation_id]);
  }

  /** Of the months before this instant messages were removed, or there never were any. */
  private async oldestStored(tx: EntityManager): Promise<Date> {
    const starts = (await listPartitions(tx))
      .filter(({ table, state }) => table === 'messages' && state === 'attached')
      .map(({ range }) => createdAtOf(range.from).getTime());
    return new Date(Math.min(Date.now(), ...starts));
  }
}

function distinct(refs: readonly ConversationRef[]): ConversationRef[] {
  return [...new Map(refs.map((ref) => [ref.join(' '), ref])).values()];
}
