/**
 * Several contacts may be one person, because somebody merged them: SQL for what is true of the person and not of one contact
 * alone (docs/decisions/0015). Each part is read by an index.
 */

/**
 * The ids of all contacts of a person, as an array.
 * @param account SQL of the account's id
 * @param contact SQL of the id of any of them
 */
export const contactsOfPerson = (account: string, contact: string): string => `ARRAY(
  SELECT coalesce(own.person_id, own.id) FROM contacts own WHERE own.account_id = ${account} AND own.id = ${contact}
  UNION SELECT part.id FROM contacts own JOIN contacts part
     ON part.account_id = own.account_id AND part.person_id = coalesce(own.person_id, own.id)
   WHERE own.account_id = ${account} AND own.id = ${contact})`;

/**
 * What the person does not want, to be joined by CROSS JOIN LATERAL: whoever refused as one of the contacts did as all.
 * @param contact alias of a row of `contacts`
 * @returns a relation of one row with `opted_out_at` and `marketing_opted_out_at`
 */
export const refusalsOfPerson = (contact: string): string => `(
  SELECT min(said.opted_out_at) AS opted_out_at, min(said.marketing_opted_out_at) AS marketing_opted_out_at
    FROM (SELECT ${contact}.opted_out_at, ${contact}.marketing_opted_out_at
          UNION ALL SELECT head.opted_out_at, head.marketing_opted_out_at FROM contacts head
           WHERE head.account_id = ${contact}.account_id AND head.id = ${contact}.person_id
          UNION ALL SELECT part.opted_out_at, part.marketing_opted_out_at FROM contacts part
           WHERE part.account_id = ${contact}.account_id
             AND part.person_id = coalesce(${contact}.person_id, ${contact}.id)) AS said)`;
