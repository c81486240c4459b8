import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { type AccountId, type ContactId, type UserId, isUuid } from '../../database/ids';
import { NotFoundError } from '../../errors/app.error';
import type { PersonIdentity } from '../conversation-types';
import { GIVEN_BY_HAND } from './contact-facts';
import { contactsOfPerson } from './person-sql';
import type { AttributeValue, StoredContact } from './stored-contact';

interface ContactRow {
  account_id: AccountId;
  id: ContactId;
  name: string | null;
  name_told_at: Date | null;
  named_by: UserId | null;
  part_name: string | null;
  profile: Record<string, unknown>;
  part_profiles: Record<string, unknown>[] | null;
  attributes: Record<string, AttributeValue>;
  note: string | null;
  opted_out_at: Date | null;
  marketing_opted_out_at: Date | null;
  created_at: Date;
  updated_at: Date;
  identities: PersonIdentity[] | null;
  merged_ids: ContactId[] | null;
  read_at: Date | null;
  refusal: string | null;
}

/** Reads persons: a contact with whatever was merged into it. */
@Injectable()
export class ContactReader {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /**
   * @param id of any of the person's contacts
   * @throws NotFoundError when no such contact is in any of the accounts
   */
  async get(accountIds: readonly AccountId[], id: string): Promise<StoredContact> {
    const rows: ContactRow[] =
      isUuid(id) && accountIds.length > 0
        ? await this.database.query(
            `WITH listed AS (
               SELECT head.* FROM contacts own
                 JOIN contacts head ON head.account_id = own.account_id AND head.id = coalesce(own.person_id, own.id)
                WHERE own.account_id = ANY($1) AND own.id = $2 AND head.erasing_at IS NULL)
             ${DESCRIBE}`,
            [accountIds, id],
          )
        : [];
    const [row] = rows;
    if (row === undefined) throw new NotFoundError('There is no such contact.');
    return toContact(row);
  }

  /**
   * Those of them that stand for a person, in the order asked for.
   * @param contacts at most a page
   */
  async getMany(contacts: readonly { accountId: AccountId; id: ContactId }[]): Promise<StoredContact[]> {
    if (contacts.length === 0) return [];
    const rows: ContactRow[] = await this.database.query(
      `WITH listed AS MATERIALIZED (
         SELECT c.* FROM unnest($1::uuid[], $2::uuid[]) AS wanted (account_id, id)
          CROSS JOIN LATERAL (
            SELECT * FROM contacts c WHERE c.account_id = wanted.account_id AND c.id = wanted.id
               AND c.person_id IS NULL AND c.erasing_at IS NULL OFFSET 0) c)
       ${DESCRIBE}`,
      [contacts.map(({ accountId }) => accountId), contacts.map(({ id }) => id)],
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    return contacts.flatMap(({ id }) => {
      const row = byId.get(id);
      return row === undefined ? [] : [toContact(row)];
    });
  }
}

/** Adds to the rows of `listed`, which stand for persons, what belongs to all contacts of each. */
const DESCRIBE = `
  SELECT c.account_id, c.id, c.name, c.name_told_at, c.named_by, c.profile, c.attributes, c.note, c.created_at,
         c.updated_at, parts.part_name, parts.part_profiles, parts.merged_ids,
         least(c.opted_out_at, parts.opted_out_at) AS opted_out_at,
         least(c.marketing_opted_out_at, parts.marketing_opted_out_at) AS marketing_opted_out_at,
         i.identities, p.read_at, p.refusal
    FROM listed c
    LEFT JOIN LATERAL (
      SELECT jsonb_agg(part.id ORDER BY part.id) AS merged_ids, min(part.opted_out_at) AS opted_out_at,
             min(part.marketing_opted_out_at) AS marketing_opted_out_at,
             (array_agg(part.name ORDER BY part.id) FILTER (WHERE part.name IS NOT NULL))[1] AS part_name,
             jsonb_agg(part.profile ORDER BY part.id) AS part_profiles
        FROM contacts part WHERE part.account_id = c.account_id AND part.person_id = c.id) parts ON true
    LEFT JOIN LATERAL (
      SELECT jsonb_agg(jsonb_build_object('kind', kind, 'value', value) ORDER BY kind, value) AS identities
        FROM contact_identities
       WHERE account_id = c.account_id AND contact_id = ANY(${contactsOfPerson('c.account_id', 'c.id')})) i ON true
    LEFT JOIN LATERAL (
      SELECT f.read_at, f.refusal
        FROM contact_identities n
        JOIN conversations v ON v.account_id = n.account_id AND v.contact_id = n.contact_id
        JOIN contact_profiles f ON f.account_id = v.account_id AND f.asset_id = v.asset_id
             AND f.person_kind = n.kind AND f.person = n.value
       WHERE n.account_id = c.account_id AND n.contact_id = ANY(${contactsOfPerson('c.account_id', 'c.id')})
       ORDER BY f.read_at DESC NULLS LAST LIMIT 1) p ON true`;

function toContact(row: ContactRow): StoredContact {
  return {
    id: row.id,
    accountId: row.account_id,
    name: row.name ?? row.part_name,
    namedBy: row.named_by,
    isNamedByHand: row.name_told_at?.getTime() === GIVEN_BY_HAND.getTime(),
    // What the contact itself tells counts most, then what the oldest of the others does.
    profile: Object.assign({}, ...[...(row.part_profiles ?? [])].reverse(), row.profile) as Record<
      string,
      unknown
    >,
    attributes: row.attributes,
    note: row.note,
    identities: row.identities ?? [],
    mergedIds: row.merged_ids ?? [],
    profileReadAt: row.read_at,
    profileRefusal: row.refusal,
    optedOutAt: row.opted_out_at,
    marketingOptedOutAt: row.marketing_opted_out_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
