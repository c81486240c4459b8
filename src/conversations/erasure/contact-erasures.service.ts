import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AccountId, ContactErasureId, ContactId, ConversationId, UserId } from '../../database/ids';
import { newId } from '../../database/ids';
import { repeatLostRaces } from '../../database/lost-race';
import { Outbox } from '../../domain-events/outbox';
import { NotFoundError } from '../../errors/app.error';
import { ContactTies } from '../contacts/contact-ties';
import type { PersonIdentity } from '../conversation-types';
import { SearchIndex } from '../search/search-index.service';
import { ContactErasuresRepository } from './contact-erasures.repository';
import { ErasedPeople } from './erased-people';
import type { StoredErasure } from './stored-erasure';

type Updated<Row> = [rows: Row[], count: number];

/** Takes orders to remove everything there is of a person. */
@Injectable()
export class ContactErasures {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly erasures: ContactErasuresRepository,
    private readonly erased: ErasedPeople,
    private readonly ties: ContactTies,
    private readonly search: SearchIndex,
    private readonly outbox: Outbox,
  ) {}

  /**
   * From the commit on the person is shown nowhere, what they did before is not taken in any more, and what they do later
   * is somebody's whom nobody knows. The rest is removed in the background. With all contacts that were merged into one.
   * @throws NotFoundError when there is no such contact (any more)
   */
  async request(accountId: AccountId, contactId: ContactId, by: UserId): Promise<StoredErasure> {
    const id = newId<ContactErasureId>();
    const isNew = await repeatLostRaces(() =>
      this.database.transaction(async (tx) => {
        await this.ties.lock(tx, accountId);
        const members = await this.ties.membersOf(tx, accountId, [contactId]);
        const contactIds = members.map((member) => member.id);
        const free: unknown[] = await tx.query(
          `SELECT 1 FROM contacts WHERE account_id = $1 AND id = ANY($2) AND erasing_at IS NULL ORDER BY id FOR UPDATE`,
          [accountId, contactIds],
        );
        if (free.length === 0) return false;
        const identities = await this.forgetIdentities(tx, accountId, contactIds);
        await this.hide(tx, accountId, contactIds);
        await this.search.forget(tx, { accountId, contactIds });
        await this.erasures.insert(tx, { id, accountId, requestedBy: by, contactIds, identities });
        return true;
      }),
    );
    const erasure = isNew
      ? await this.erasures.find([accountId], id)
      : await this.erasures.findRunning([accountId], contactId);
    if (erasure === null) throw new NotFoundError('There is no such contact.');
    return erasure;
  }

  /** @throws NotFoundError when no such erasure is in any of the accounts */
  async get(accountIds: readonly AccountId[], id: string): Promise<StoredErasure> {
    const erasure = await this.erasures.find(accountIds, id);
    if (erasure === null) throw new NotFoundError('There is no such erasure.');
    return erasure;
  }

  async findRunning(accountIds: readonly AccountId[], contactId: string): Promise<StoredErasure | null> {
    return this.erasures.findRunning(accountIds, contactId);
  }

  private async forgetIdentities(
    tx: EntityManager,
    accountId: AccountId,
    contactIds: readonly ContactId[],
  ): Promise<PersonIdentity[]> {
    const [identities]: Updated<PersonIdentity> = await tx.query(
      'DELETE FROM contact_identities WHERE account_id = $1 AND contact_id = ANY($2) RETURNING kind, value',
      [accountId, contactIds],
    );
    await this.erased.remember(tx, accountId, identities);
    return identities;
  }

  private async hide(
    tx: EntityManager,
    accountId: AccountId,
    contactIds: readonly ContactId[],
  ): Promise<void> {
    const parameters = [accountId, contactIds];
    await tx.query(
      `UPDATE contacts
          SET name = NULL, name_told_at = NULL, profile = '{}', profile_told_at = '{}', attributes = '{}', note = NULL,
              named_by = NULL, told_name = NULL, told_name_at = NULL, erasing_at = now(), updated_at = now()
        WHERE account_id = $1 AND id = ANY($2)`,
      parameters,
    );
    // Lists leave out what has no last message. Closed, it is found by no message that may still come.
    const [hidden]: Updated<{ id: ConversationId }> = await tx.query(
      `UPDATE conversations
          SET status = 'closed', snoozed_until = NULL, closed_at = coalesce(closed_at, now()), last_message_at = NULL,
              last_message_preview = NULL, unread_count = 0, updated_at = now()
        WHERE account_id = $1 AND contact_id = ANY($2) RETURNING id`,
      parameters,
    );
    await this.outbox.record(
      tx,
      hidden.map(({ id }) => ({
        kind: 'conversation.updated' as const,
        accountId,
        payload: { conversationId: id },
      })),
    );
  }
}
