import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AccountId, ContactId, ContactMergeId, ConversationId, UserId } from '../../database/ids';
import { isUuid, newId } from '../../database/ids';
import { repeatLostRaces } from '../../database/lost-race';
import type { DomainEvent } from '../../domain-events/domain-events';
import { Outbox } from '../../domain-events/outbox';
import { ConflictError, NotFoundError } from '../../errors/app.error';
import { ContactTies } from './contact-ties';
import type { MergedSide, StoredMerge } from './stored-merge';

/** Contacts that one person may be made of. Everything about a person is read in one go. */
export const MOST_CONTACTS_OF_PERSON = 50;
/** Whoever shows one of these reads it again; of further ones when they are looked at. */
const MOST_CONVERSATIONS_TOLD = 50;

interface MergeRow {
  id: ContactMergeId;
  contact: MergedSide;
  merged: MergedSide;
  merged_at: Date;
  merged_by: UserId | null;
  ended_at: Date | null;
  ended_by: UserId | null;
  ended_how: 'undone' | 'proven' | null;
}

type Updated<Row> = [rows: Row[], count: number];

const NO_SUCH_CONTACT = 'There is no such contact.';

/**
 * Says by hand that contacts are one person, and takes that back. Nothing moves by either: identities, conversations and
 * messages stay with their contact, and only who stands for whom changes.
 */
@Injectable()
export class ContactMerges {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly ties: ContactTies,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Repeated, it changes nothing.
   * @param contactId the person that the others are merged into, whose name and id stay
   * @returns the contact that stands for the person
   * @throws NotFoundError unless all are contacts of one of the accounts, the same for each
   * @throws ConflictError for more contacts than a person may have
   */
  async merge(
    accountIds: readonly AccountId[],
    contactId: ContactId,
    others: readonly ContactId[],
    by: UserId,
  ): Promise<ContactId> {
    const accountId = await this.accountOf(accountIds, contactId);
    return repeatLostRaces(() =>
      this.database.transaction(async (tx) => {
        await this.ties.lock(tx, accountId);
        const members = await this.ties.membersOf(tx, accountId, [contactId, ...others]);
        const headOf = new Map(members.map(({ id, person_id: head }) => [id, head ?? id]));
        const head = headOf.get(contactId);
        if (
          head === undefined ||
          others.some((id) => !headOf.has(id)) ||
          (await this.isAnyErasing(tx, accountId, members))
        )
          throw new NotFoundError(NO_SUCH_CONTACT);
        if (members.length > MOST_CONTACTS_OF_PERSON)
          throw new ConflictError(
            `These are ${members.length} contacts together; one person can be ${MOST_CONTACTS_OF_PERSON} at most.`,
          );
        // One for each person that is joined: what is one already needs no further one, and would not come apart by it.
        const joined = new Set([head]);
        const merged = others.filter((id) => {
          const theirs = headOf.get(id) ?? id;
          const isOther = !joined.has(theirs);
          joined.add(theirs);
          return isOther;
        });
        if (merged.length === 0) return head;
        await tx.query(
          `INSERT INTO contact_merges (account_id, id, contact_id, merged_id, merged_by)
           SELECT $1, told.id, $2, told.merged_id, $5 FROM unnest($3::uuid[], $4::uuid[]) AS told (id, merged_id)`,
          [accountId, contactId, merged.map(() => newId<ContactMergeId>()), merged, by],
        );
        await this.ties.regroup(tx, accountId, members, { preferred: new Set([head]) });
        await this.tell(tx, accountId, 'merged', [head], members);
        return head;
      }),
    );
  }

  /**
   * Makes two persons of one again. Whatever came meanwhile is with the contact that it came for. Repeated, it changes
   * nothing. Merges can be undone in any order.
   * @throws NotFoundError when there is no such merge of this contact, or of the person that it is part of
   * @throws ConflictError when a message has proved meanwhile that they are the same
   */
  async undo(
    accountIds: readonly AccountId[],
    contactId: ContactId,
    mergeId: string,
    by: UserId,
  ): Promise<void> {
    const accountId = await this.accountOf(accountIds, contactId);
    await repeatLostRaces(() =>
      this.database.transaction(async (tx) => {
        await this.ties.lock(tx, accountId);
        const [row]: { contact_id: ContactId; merged_id: ContactId; ended_how: string | null }[] = isUuid(
          mergeId,
        )
          ? await tx.query(
              `SELECT contact_id, merged_id, ended_how FROM contact_merges WHERE account_id = $1 AND id = $2`,
              [accountId, mergeId],
            )
          : [];
        if (row === undefined) throw new NotFoundError('There is no such merge.');
        const ends = [row.contact_id, row.merged_id];
        const members = await this.ties.membersOf(tx, accountId, ends);
        if (!members.some(({ id }) => id === contactId)) throw new NotFoundError('There is no such merge.');
        if (await this.isAnyErasing(tx, accountId, members)) throw new NotFoundError(NO_SUCH_CONTACT);
        if (row.ended_how === 'proven')
          throw new ConflictError(
            'A message has shown meanwhile that this is one person: it named both. This merge can no longer be undone.',
            { reason: 'proven' },
          );
        const [, ended]: Updated<unknown> = await tx.query(
          `UPDATE contact_merges SET ended_at = now(), ended_by = $3, ended_how = 'undone'
            WHERE account_id = $1 AND id = $2 AND ended_at IS NULL`,
          [accountId, mergeId, by],
        );
        if (ended === 0) return;
        await this.ties.regroup(tx, accountId, members, { otherwise: new Set(ends) });
        const after = await this.ties.membersOf(tx, accountId, ends);
        const heads = after.filter((member) => member.person_id === null).map(({ id }) => id);
        await this.tell(tx, accountId, 'separated', heads, after);
      }),
    );
  }

  /** Of the person that the contact is part of, the latest first; also those that were undone. */
  async list(accountIds: readonly AccountId[], contactId: ContactId): Promise<StoredMerge[]> {
    const accountId = await this.accountOf(accountIds, contactId);
    const rows: MergeRow[] = await this.database.query(
      `WITH head AS (
         SELECT coalesce(person_id, id) AS id FROM contacts WHERE account_id = $1 AND id = $2),
       members AS (
         SELECT id FROM head UNION SELECT c.id FROM head JOIN contacts c ON c.account_id = $1 AND c.person_id = head.id),
       listed AS (
         SELECT m.* FROM contact_merges m
          WHERE m.account_id = $1 AND (m.contact_id IN (SELECT id FROM members) OR m.merged_id IN (SELECT id FROM members))
          ORDER BY m.id DESC LIMIT ${2 * MOST_CONTACTS_OF_PERSON})
       SELECT m.id, m.merged_at, m.merged_by, m.ended_at, m.ended_by, m.ended_how,
              ${side('m.contact_id')} AS contact, ${side('m.merged_id')} AS merged
         FROM listed m ORDER BY m.id DESC`,
      [accountId, contactId],
    );
    return rows.map((row) => ({
      id: row.id,
      contact: row.contact,
      merged: row.merged,
      mergedAt: row.merged_at,
      mergedBy: row.merged_by,
      endedAt: row.ended_at,
      endedBy: row.ended_by,
      endedHow: row.ended_how,
    }));
  }

  private async accountOf(accountIds: readonly AccountId[], contactId: ContactId): Promise<AccountId> {
    const rows: { account_id: AccountId }[] = await this.database.query(
      'SELECT account_id FROM contacts WHERE account_id = ANY($1) AND id = $2 AND erasing_at IS NULL',
      [accountIds, contactId],
    );
    if (rows[0] === undefined) throw new NotFoundError(NO_SUCH_CONTACT);
    return rows[0].account_id;
  }

  private async isAnyErasing(
    tx: EntityManager,
    accountId: AccountId,
    members: readonly { id: ContactId }[],
  ): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      'SELECT 1 FROM contacts WHERE account_id = $1 AND id = ANY($2) AND erasing_at IS NOT NULL LIMIT 1',
      [accountId, members.map(({ id }) => id)],
    );
    return rows.length > 0;
  }

  private async tell(
    tx: EntityManager,
    accountId: AccountId,
    change: 'merged' | 'separated',
    heads: readonly ContactId[],
    members: readonly { id: ContactId }[],
  ): Promise<void> {
    const shown: { id: ConversationId }[] = await tx.query(
      `SELECT id FROM conversations WHERE account_id = $1 AND contact_id = ANY($2) AND status <> 'closed'
        ORDER BY last_message_at DESC NULLS LAST LIMIT ${MOST_CONVERSATIONS_TOLD}`,
      [accountId, members.map(({ id }) => id)],
    );
    await this.outbox.record(tx, [
      ...heads.map((contactId): DomainEvent => ({
        kind: 'contact.updated',
        accountId,
        payload: { contactId, change },
      })),
      ...shown.map(({ id }): DomainEvent => ({
        kind: 'conversation.updated',
        accountId,
        payload: { conversationId: id },
      })),
    ]);
  }
}

function side(id: string): string {
  return `(SELECT jsonb_build_object('id', c.id, 'name', c.name, 'identities', coalesce((
             SELECT jsonb_agg(jsonb_build_object('kind', i.kind, 'value', i.value) ORDER BY i.kind, i.value)
               FROM contact_identities i WHERE i.account_id = c.account_id AND i.contact_id = c.id), '[]'))
             FROM contacts c WHERE c.account_id = m.account_id AND c.id = ${id})`;
}
