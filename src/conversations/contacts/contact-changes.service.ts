import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AccountId, ContactId, UserId } from '../../database/ids';
import { repeatLostRaces } from '../../database/lost-race';
import { Outbox } from '../../domain-events/outbox';
import { NotFoundError, ValidationFailedError } from '../../errors/app.error';
import { mergedAttributes, problemOfAttributes } from './contact-attributes';
import { GIVEN_BY_HAND } from './contact-facts';
import { ContactTies } from './contact-ties';
import type { AttributeValue } from './stored-contact';

/** What somebody of the team says of a person; what is left out stays. */
export interface ContactChanges {
  /** Null: what the platform calls the person. */
  name?: string | null | undefined;
  optedOut?: boolean | undefined;
  marketingOptedOut?: boolean | undefined;
  /** Key by key; null takes one away. */
  attributes?: Readonly<Record<string, AttributeValue | null>> | undefined;
  /** Null takes it away. */
  note?: string | null | undefined;
}

type Updated<Row> = [rows: Row[], count: number];

/** Changes what is known of people by hand. */
@Injectable()
export class ContactChangesService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly ties: ContactTies,
    private readonly outbox: Outbox,
  ) {}

  /**
   * What the person wants or does not want holds for all contacts of theirs; the rest is kept with the one that stands for
   * them. Told of where something is other than before.
   * @throws NotFoundError when the person is gone by now
   * @throws ValidationFailedError when there would be more attributes than may be
   */
  async apply(
    accountId: AccountId,
    contactId: ContactId,
    by: UserId,
    changes: ContactChanges,
  ): Promise<void> {
    await repeatLostRaces(() =>
      this.database.transaction(async (tx) => {
        const members = await this.ties.membersOf(tx, accountId, [contactId]);
        const head = members.find(({ person_id: personId }) => personId === null);
        if (head === undefined) throw new NotFoundError('There is no such contact.');
        const ids = members.map(({ id }) => id);
        const changed = [
          ...(await this.name(tx, accountId, head.id, by, changes.name)),
          ...(await this.optOut(tx, accountId, ids, changes.optedOut)),
          ...(await this.marketing(tx, accountId, ids, changes.marketingOptedOut)),
          ...(await this.attributes(tx, accountId, head.id, changes.attributes)),
          ...(await this.note(tx, accountId, head.id, changes.note)),
        ];
        if (changed.length === 0) return;
        await this.outbox.record(tx, [
          { kind: 'contact.updated', accountId, payload: { contactId: head.id, change: 'edited', changed } },
        ]);
      }),
    );
  }

  private async name(
    tx: EntityManager,
    accountId: AccountId,
    id: ContactId,
    by: UserId,
    name: string | null | undefined,
  ): Promise<string[]> {
    if (name === undefined) return [];
    const [, count]: Updated<unknown> =
      name === null
        ? await tx.query(
            `UPDATE contacts
                SET name = told_name, name_told_at = told_name_at, told_name = NULL, told_name_at = NULL, named_by = NULL,
                    updated_at = now()
              WHERE account_id = $1 AND id = $2 AND name_told_at = $3 AND erasing_at IS NULL`,
            [accountId, id, GIVEN_BY_HAND],
          )
        : await tx.query(
            `UPDATE contacts
                SET told_name = CASE WHEN name_told_at = $3 THEN told_name ELSE name END,
                    told_name_at = CASE WHEN name_told_at = $3 THEN told_name_at ELSE name_told_at END,
                    name = $4, name_told_at = $3, named_by = $5, updated_at = now()
              WHERE account_id = $1 AND id = $2 AND erasing_at IS NULL
                AND (name IS DISTINCT FROM $4 OR name_told_at IS DISTINCT FROM $3)`,
            [accountId, id, GIVEN_BY_HAND, name, by],
          );
    return count === 0 ? [] : ['name'];
  }

  private async optOut(
    tx: EntityManager,
    accountId: AccountId,
    ids: readonly ContactId[],
    optedOut: boolean | undefined,
  ): Promise<string[]> {
    if (optedOut === undefined) return [];
    const [, count]: Updated<unknown> = await tx.query(
      `UPDATE contacts SET opted_out_at = CASE WHEN $3 THEN now() END, updated_at = now()
        WHERE account_id = $1 AND id = ANY($2) AND (opted_out_at IS NOT NULL) <> $3`,
      [accountId, ids, optedOut],
    );
    return count === 0 ? [] : ['optedOut'];
  }

  /** A choice like those that come from the platforms: of an older one, that comes late, nothing remains. */
  private async marketing(
    tx: EntityManager,
    accountId: AccountId,
    ids: readonly ContactId[],
    optedOut: boolean | undefined,
  ): Promise<string[]> {
    if (optedOut === undefined) return [];
    const [, count]: Updated<unknown> = await tx.query(
      `UPDATE contacts
          SET marketing_opted_out_at = CASE WHEN $3 THEN now() END,
              marketing_choice_at = greatest(marketing_choice_at, now()), updated_at = now()
        WHERE account_id = $1 AND id = ANY($2) AND (marketing_opted_out_at IS NOT NULL) <> $3`,
      [accountId, ids, optedOut],
    );
    return count === 0 ? [] : ['marketingOptedOut'];
  }

  private async attributes(
    tx: EntityManager,
    accountId: AccountId,
    id: ContactId,
    told: ContactChanges['attributes'],
  ): Promise<string[]> {
    if (told === undefined) return [];
    const [row]: { attributes: Record<string, AttributeValue> }[] = await tx.query(
      'SELECT attributes FROM contacts WHERE account_id = $1 AND id = $2',
      [accountId, id],
    );
    const attributes = mergedAttributes(row?.attributes ?? {}, told);
    const problem = problemOfAttributes(attributes);
    if (problem !== null) throw ValidationFailedError.of('attributes', 'tooMany', problem);
    const [, count]: Updated<unknown> = await tx.query(
      `UPDATE contacts SET attributes = $3, updated_at = now()
        WHERE account_id = $1 AND id = $2 AND attributes <> $3::jsonb`,
      [accountId, id, JSON.stringify(attributes)],
    );
    return count === 0 ? [] : ['attributes'];
  }

  private async note(
    tx: EntityManager,
    accountId: AccountId,
    id: ContactId,
    note: string | null | undefined,
  ): Promise<string[]> {
    if (note === undefined) return [];
    const [, count]: Updated<unknown> = await tx.query(
      `UPDATE contacts SET note = $3, updated_at = now()
        WHERE account_id = $1 AND id = $2 AND note IS DISTINCT FROM $3`,
      [accountId, id, note],
    );
    return count === 0 ? [] : ['note'];
  }
}
